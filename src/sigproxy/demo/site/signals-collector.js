// A small signals collector that speaks the Signals SDK's wire protocol, for the demo: the SDK itself isn't public. It records
// interactions, navigation, network calls and events, uploads them while the debug flag is on, and runs the rules bundle on each.
class SignalsCollector {
  static BUFFER = 100;
  static FLUSH_AT = 5;
  static FLUSH_AFTER = 2000;
  static FLAGS = {
    segment_signals_debug: "segment_signals_debug_ingestion_enabled",
    segment_signals_disable_redaction: "segment_signals_debug_redaction_disabled",
  };

  constructor({ writeKey, analytics, host = "https://signals.segment.io/v1" }) {
    this.writeKey = writeKey;
    this.host = host;
    this.analytics = analytics;
    this.index = 0;
    this.buffer = [];
    this.unprocessed = [];
    this.outbox = [];
    this.sending = null;
    this.ready = false;
    this.fetch = window.fetch.bind(window);
    this.readFlags();
    this.watchInteractions();
    this.watchNavigation();
    this.watchNetwork();
    analytics.then(([instance]) => this.start(instance));
    addEventListener("pagehide", () => this.flush(true));
  }

  // The flags are read from the address once and kept for the tab.
  readFlags() {
    const query = new URLSearchParams(location.search);
    for (const [flag, key] of Object.entries(SignalsCollector.FLAGS)) {
      if (query.has(flag)) sessionStorage.setItem(key, query.get(flag));
    }
  }

  isOn(flag) {
    return sessionStorage.getItem(SignalsCollector.FLAGS[flag]) === "true";
  }

  async start(instance) {
    this.instance = instance;
    instance.addSourceMiddleware(({ payload, next }) => {
      const event = payload.obj;
      if (!event.context?.__eventOrigin) this.add("instrumentation", { type: event.type, rawEvent: event });
      next(payload);
    });
    try {
      const settings = await this.fetch(`https://cdn.segment.com/v1/projects/${this.writeKey}/settings`);
      const { edgeFunction } = await settings.json();
      if (edgeFunction?.downloadURL) (0, eval)(await (await this.fetch(edgeFunction.downloadURL)).text());
    } catch (error) {
      console.warn("signals-collector: no rules:", error);
    }
    this.ready = true;
    this.unprocessed.splice(0).forEach((signal) => this.process(signal));
  }

  addSignal(data) {
    this.add("userDefined", data);
  }

  add(type, data) {
    const { pathname: path, search, hostname, hash } = location;
    const page = { url: location.href, path, search, hostname, hash, referrer: document.referrer, title: document.title };
    const signal = {
      index: this.index++,
      timestamp: new Date().toISOString(),
      anonymousId: this.instance?.user().anonymousId() ?? null,
      type,
      context: { library: { name: "sigproxy-demo-collector", version: "1" }, signalsRuntime: "" },
      data: { ...data, page },
    };
    if (this.ready) this.process(signal);
    else this.unprocessed.push(signal);
  }

  process(signal) {
    signal.anonymousId ??= this.instance.user().anonymousId();
    this.buffer = [signal, ...this.buffer].slice(0, SignalsCollector.BUFFER);
    if (this.isOn("segment_signals_debug")) this.enqueue(signal);
    const calls = [];
    const methods = ["track", "identify", "page", "screen", "group", "alias", "reset"];
    const recorder = Object.fromEntries(methods.map((method) => [method, (...args) => calls.push([method, args])]));
    const buffer = this.buffer;
    const filter = (from, type, test = () => true) =>
      buffer.slice(buffer.indexOf(from) + 1).filter((one) => one.type === type && test(one));
    const signals = { signalBuffer: buffer, filter, find: (...args) => filter(...args)[0] };
    try {
      globalThis.processSignal?.(signal, { analytics: recorder, signals });
    } catch (error) {
      console.error("signals-collector: a rule failed:", error);
    }
    calls.forEach(([method, args]) => this.replay(method, args));
  }

  // A generated event is told from a hand-coded one by this mark in its context.
  replay(method, args) {
    if (method === "reset") return this.instance.reset();
    const objects = args.filter((one) => one && typeof one === "object");
    const words = args.filter((one) => typeof one === "string");
    const context = { ...objects[1], __eventOrigin: { type: "Signal" } };
    this.instance[method](...words, ...(method === "alias" ? [] : [objects[0] ?? {}]), { context });
  }

  enqueue(signal) {
    this.outbox.push({
      type: "track",
      event: "Segment Signal Generated",
      messageId: `ajs-next-${Date.now()}-${crypto.randomUUID()}`,
      timestamp: new Date().toISOString(),
      anonymousId: signal.anonymousId,
      properties: this.isOn("segment_signals_disable_redaction") ? signal : SignalsCollector.redacted(signal),
      context: { page: signal.data.page },
      integrations: {},
    });
    clearTimeout(this.timer);
    if (this.outbox.length >= SignalsCollector.FLUSH_AT) this.flush();
    else this.timer = setTimeout(() => this.flush(), SignalsCollector.FLUSH_AFTER);
  }

  // A batch that was not taken is sent again with the same messageIds.
  async flush(leaving = false) {
    if (!this.outbox.length || (this.sending && !leaving)) return;
    const batch = this.outbox.splice(0);
    this.sending = batch;
    const body = JSON.stringify({ writeKey: this.writeKey, batch, sentAt: new Date().toISOString() });
    let taken = false;
    try {
      const headers = { "content-type": "text/plain", authorization: `Basic ${btoa(this.writeKey + ":")}` };
      const answer = await this.fetch(`${this.host}/b`, { method: "POST", headers, body, keepalive: leaving });
      taken = answer.status < 500;
    } catch {
      taken = false;
    }
    this.sending = null;
    if (!taken) {
      this.outbox.unshift(...batch);
      setTimeout(() => this.flush(), 500);
    } else if (this.outbox.length >= SignalsCollector.FLUSH_AT) {
      this.flush();
    }
  }

  isIdle() {
    return this.ready && !this.outbox.length && !this.sending;
  }

  // Masks what a visitor typed and what servers answered, as the SDK does on upload.
  static redacted(signal) {
    const mask = (value) => {
      if (typeof value === "string") return "XXX";
      if (typeof value === "number") return 999;
      if (typeof value === "boolean") return true;
      if (Array.isArray(value)) return value.map(mask);
      if (value && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mask(inner)]));
      }
      return value;
    };
    const data = { ...signal.data };
    if (signal.type === "network") data.body = mask(data.body);
    if (signal.type === "interaction") {
      data.target = { ...data.target };
      for (const key of ["value", "checked", "formData"]) if (key in data.target) data.target[key] = mask(data.target[key]);
      if ("change" in data) data.change = mask(data.change);
    }
    return { ...signal, data };
  }

  static describe(element) {
    const attributes = Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
    const target = {
      id: element.id,
      attributes,
      tagName: element.tagName,
      nodeName: element.nodeName,
      name: element.name ?? "",
      textContent: element.textContent.trim(),
      innerText: (element.innerText ?? "").trim(),
    };
    if ("value" in element) target.value = element.value;
    if (element instanceof HTMLFormElement) target.formData = Object.fromEntries(new FormData(element));
    return target;
  }

  watchInteractions() {
    addEventListener("click", ({ target }) => {
      const element = target.closest("button, a, input[type=submit], input[type=button], [role=button]");
      if (element) this.add("interaction", { eventType: "click", target: SignalsCollector.describe(element) });
    }, true);
    addEventListener("submit", ({ target, submitter }) => {
      const data = { eventType: "submit", target: SignalsCollector.describe(target) };
      this.add("interaction", submitter ? { ...data, submitter: SignalsCollector.describe(submitter) } : data);
    }, true);
    addEventListener("change", ({ target }) => {
      const change = { value: target.value };
      this.add("interaction", { eventType: "change", target: SignalsCollector.describe(target), listener: "onchange", change });
    }, true);
  }

  watchNavigation() {
    const where = () => {
      const { pathname: path, search, hash } = location;
      return { currentUrl: location.href, path, search, hash, title: document.title };
    };
    let previousUrl = location.href;
    const changed = () => {
      if (location.href === previousUrl) return;
      this.add("navigation", { ...where(), previousUrl, changedProperties: ["hash"] });
      previousUrl = location.href;
    };
    addEventListener("DOMContentLoaded", () => this.add("navigation", where()));
    addEventListener("hashchange", changed);
    addEventListener("popstate", changed);
  }

  // First-party calls that carry JSON, as the SDK: third parties and Segment itself are left out.
  watchNetwork() {
    window.fetch = async (resource, options = {}) => {
      const request = new Request(resource, options);
      const url = request.url;
      if (new URL(url).origin !== location.origin) return this.fetch(resource, options);
      const requestId = Math.random().toString(36).slice(2, 12);
      const asJson = (text) => {
        try {
          return JSON.parse(text);
        } catch {
          return null;
        }
      };
      const contentType = request.headers.get("content-type") ?? "";
      this.add("network", {
        action: "request", url, method: request.method, contentType, requestId,
        body: typeof options.body === "string" ? asJson(options.body) : null,
      });
      const answer = await this.fetch(resource, options);
      const type = answer.headers.get("content-type") ?? "";
      if (type.includes("json")) {
        const body = asJson(await answer.clone().text());
        this.add("network", { action: "response", url, status: answer.status, ok: answer.ok, contentType: type, requestId, body });
      }
      return answer;
    };
  }
}
window.SignalsCollector = SignalsCollector;
