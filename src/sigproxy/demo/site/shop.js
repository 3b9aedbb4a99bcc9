// The shop: products, a cart, a login, pages by hash. Its only tracking by hand is the newsletter's.
(async function () {
  "use strict";
  const WRITE_KEY = "sigproxyDemoWriteKey";
  const $ = (id) => document.getElementById(id);
  const analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: WRITE_KEY });
  const collector = new SignalsCollector({ writeKey: WRITE_KEY, analytics });
  window.signalsCollector = collector;
  window.analytics = analytics;
  analytics.page();

  async function ask(method, path, body) {
    const answer = await fetch(path, {
      method,
      headers: body ? { "content-type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });
    return answer.json();
  }

  function show() {
    const page = location.hash.replace("#/", "") || "shop";
    for (const name of ["shop", "about", "cart"]) $("page-" + name).hidden = name !== page;
  }

  async function addToCart(product) {
    const added = await ask("POST", "/api/cart", { productId: product.id, quantity: 1 });
    const line = document.createElement("li");
    line.textContent = `${added.product.title}, ${added.product.price} ${added.product.currency}`;
    $("cart").append(line);
    $("cart-count").textContent = $("cart").children.length;
  }

  function card(product) {
    const element = document.createElement("article");
    element.className = "product";
    const picture = document.createElement("div");
    picture.className = "picture";
    picture.textContent = product.picture;
    const title = document.createElement("h2");
    title.textContent = product.title;
    const price = document.createElement("p");
    price.className = "price";
    price.textContent = `${product.price} ${product.currency}`;
    const button = document.createElement("button");
    button.id = "add-" + product.id;
    button.textContent = product.button;
    button.addEventListener("click", () => addToCart(product));
    element.append(picture, title, price, button);
    return element;
  }

  $("login").addEventListener("submit", async (event) => {
    event.preventDefault();
    const user = await ask("POST", "/api/login", { email: $("email").value, password: $("password").value });
    $("welcome").textContent = `Welcome back, ${user.email}.`;
    $("welcome").hidden = false;
  });

  $("newsletter").addEventListener("submit", (event) => {
    event.preventDefault();
    analytics.track("Newsletter Subscribed", { list: "trail" });
    $("thanks").hidden = false;
  });

  addEventListener("hashchange", show);
  show();
  const products = await ask("GET", "/api/products");
  $("products").append(...products.map(card));
})();
