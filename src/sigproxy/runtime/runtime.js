// Evaluates sigproxy's rule table for one signal at a time. The same text runs in the local engine, in a page and on a phone, so it
// uses nothing but the language (ES2018), keeps no state between signals, and reads what it needs from its arguments.
function sigproxyRuntime(rules) {
  "use strict";

  // Both schemas of the SDKs are in the wild: a path that isn't there as spelled is looked up as the other one spells it.
  var ALIASES = {
    body: "data", data: "body",
    currentUrl: "url", url: "currentUrl",
    previousUrl: "prevUrl", prevUrl: "previousUrl"
  };

  function walk(value, path, at) {
    for (; at < path.length; at++) {
      if (value === null || value === undefined) return undefined;
      var step = path[at];
      if (step === true) {
        if (!Array.isArray(value)) return undefined;
        return value.map(function (one) { return walk(one, path, at + 1); })
          .filter(function (one) { return one !== undefined; });
      }
      if (typeof value !== "object" || !Object.prototype.hasOwnProperty.call(value, step)) return undefined;
      value = value[step];
    }
    return value;
  }

  function spellings(path) {
    var found = [path];
    if (Object.prototype.hasOwnProperty.call(ALIASES, path[0])) found.push([ALIASES[path[0]]].concat(path.slice(1)));
    if (path[0] === "target" && path[1] === "title") found.push(path.slice(1));
    if (path[0] === "title") found.push(["target"].concat(path));
    return found;
  }

  // A path is inside `data`, else of the whole signal.
  function find(signal, path) {
    var ways = spellings(path);
    for (var i = 0; i < ways.length; i++) {
      var value = walk(signal.data, ways[i], 0);
      if (value !== undefined) return value;
    }
    var whole = walk(signal, path, 0);
    if (whole === undefined && path[0] === "data" && path.length > 1) return find(signal, path.slice(1));
    return whole;
  }

  function plain(value, folded) {
    return folded && typeof value === "string" ? value.toLowerCase() : value;
  }

  function same(a, b) {
    if (typeof a === "object" && typeof b === "object") return JSON.stringify(a) === JSON.stringify(b);
    return a === b;
  }

  function texts(test) {
    return function (a, b) { return typeof a === "string" && typeof b === "string" && test(a, b); };
  }

  function numbers(test) {
    return function (a, b) { return typeof a === "number" && typeof b === "number" && test(a, b); };
  }

  function contains(a, b) {
    if (Array.isArray(a)) return a.some(function (one) { return same(one, b); });
    return typeof a === "string" && typeof b === "string" && a.indexOf(b) >= 0;
  }

  // `*` any text, `?` one character, `[ab]` one of, `\` takes the next character as it is; the whole text must match.
  function glob(text, pattern) {
    var source = pattern.replace(/\\([\s\S])|\[(!?)([^\]]*)\]|[\s\S]/g, function (all, escaped, not, set) {
      if (escaped !== undefined) return escaped.replace(/[^\w\s]/g, "\\$&");
      if (set !== undefined) return "[" + (not ? "^" : "") + set.replace(/[\\\]^]/g, "\\$&") + "]";
      if (all === "*") return "[\\s\\S]*";
      if (all === "?") return "[\\s\\S]";
      return all.replace(/[^\w\s]/g, "\\$&");
    });
    return new RegExp("^" + source + "$").test(text);
  }

  var OPERATORS = {
    "equals": same,
    "contains": contains,
    "starts with": texts(function (a, b) { return a.slice(0, b.length) === b; }),
    "ends with": texts(function (a, b) { return b === "" || a.slice(-b.length) === b; }),
    "matches": texts(glob),
    "matches regex": texts(function (a, b) { return new RegExp(b).test(a); }),
    "greater than": numbers(function (a, b) { return a > b; }),
    "greater than or equal": numbers(function (a, b) { return a >= b; }),
    "less than": numbers(function (a, b) { return a < b; }),
    "less than or equal": numbers(function (a, b) { return a <= b; }),
    "exists": function (a) { return a !== undefined && a !== null; },
    "is one of": function (a, b) { return b.some(function (one) { return same(a, one); }); }
  };

  function holds(condition, signal) {
    var operator = condition[0];
    if (operator === "and") return condition.slice(1).every(function (one) { return holds(one, signal); });
    if (operator === "or") return condition.slice(1).some(function (one) { return holds(one, signal); });
    if (operator === "not") return !holds(condition[1], signal);
    var folded = condition[3];
    var wanted = Array.isArray(condition[2])
      ? condition[2].map(function (one) { return plain(one, folded); })
      : plain(condition[2], folded);
    return OPERATORS[operator](plain(find(signal, condition[1]), folded), wanted);
  }

  function matches(trigger, signal) {
    if (signal.type !== trigger.type) return false;
    if (trigger.detail) {
      var data = signal.data || {};
      var detail = signal.type === "interaction" ? data.eventType : data.action;
      // Phones' taps say no eventType.
      if (detail !== trigger.detail && !(detail === undefined && trigger.detail === "click")) return false;
    }
    return holds(trigger.where, signal);
  }

  function isSame(a, b) {
    return a === b || (a.timestamp === b.timestamp && a.index === b.index && a.type === b.type);
  }

  // The buffer is newest first. In the iframe sandbox the current signal comes as a copy, so it is known by its content.
  function older(current, buffer) {
    var at = -1;
    for (var i = 0; i < buffer.length && at < 0; i++) if (isSame(buffer[i], current)) at = i;
    return buffer.slice(at + 1).filter(function (one) { return one.anonymousId === current.anonymousId; });
  }

  function inTime(trigger, before, signal) {
    if (!trigger.within) return true;
    var apart = Date.parse(signal.timestamp) - Date.parse(before.timestamp);
    return !(apart > trigger.within);
  }

  // `fires: last`. Walks the buffer from its oldest signal so that each signal serves one event only: a second response doesn't use
  // the first one's click again, and of two clicks the newer is taken first.
  function inOrder(rule, current, buffered) {
    var triggers = rule.when, last = triggers.length - 1;
    if (!matches(triggers[last], current)) return null;
    if (last === 0) return [current];
    var chains = triggers.map(function () { return []; });
    function take(signal) {
      for (var stage = last; stage > 0; stage--) {
        var waiting = chains[stage - 1];
        if (!waiting.length || !matches(triggers[stage], signal)) continue;
        var chain = waiting[waiting.length - 1];
        if (!inTime(triggers[stage], chain[chain.length - 1], signal)) continue;
        waiting.pop();
        chain = chain.concat([signal]);
        if (stage === last) return chain;
        chains[stage].push(chain);
        return null;
      }
      if (matches(triggers[0], signal)) chains[0].push([signal]);
      return null;
    }
    var before = older(current, buffered());
    for (var i = before.length - 1; i >= 0; i--) take(before[i]);
    return take(current);
  }

  // `fires: current`, as Segment's own runtime reads its rules: the newest signal is the first trigger, each of the others the newest
  // older signal that matches, in any order among themselves.
  function behindCurrent(rule, current, buffered) {
    if (!matches(rule.when[0], current)) return null;
    var before = null;
    var found = [current];
    for (var i = 1; i < rule.when.length; i++) {
      before = before || older(current, buffered());
      var match = before.filter(function (one) { return matches(rule.when[i], one) && inTime(rule.when[i], one, current); })[0];
      if (!match) return null;
      found.push(match);
    }
    return found;
  }

  function cast(value, kind) {
    if (value === undefined || value === null || !kind) return value;
    if (kind === "string") return typeof value === "object" ? JSON.stringify(value) : String(value);
    if (kind === "boolean") return value === true || value === 1 || /^(true|yes|1)$/i.test(value);
    if (typeof value === "string" && value.trim() === "") return undefined;
    var number = Number(value);
    if (!isFinite(number)) return undefined;
    return kind === "integer" ? Math.round(number) : number;
  }

  function resolve(mapping, chain) {
    if ("value" in mapping) return mapping.value;
    if (mapping.path) {
      var value = cast(find(chain[mapping.ref], mapping.path), mapping.as);
      return value === undefined || value === null ? mapping["default"] : value;
    }
    if (mapping.template) {
      return mapping.template.map(function (part) {
        var piece = typeof part === "string" ? part : resolve(part, chain);
        return piece === undefined || piece === null ? "" : cast(piece, "string");
      }).join("");
    }
    if (mapping.list) return mapping.list.map(function (one) { return resolve(one, chain); });
    var object = {};
    Object.keys(mapping.object).forEach(function (key) {
      var value = resolve(mapping.object[key], chain);
      if (value !== undefined) object[key] = value;
    });
    return object;
  }

  function send(rule, chain, analytics) {
    function part(name) { return rule[name] ? resolve(rule[name], chain) : undefined; }
    var body = part("body") || {};
    var context = part("context");
    var args;
    if (rule.event === "track") args = [part("eventName"), body];
    else if (rule.event === "identify") args = [part("userId"), body];
    else if (rule.event === "group") args = [part("groupId"), body];
    else if (rule.event === "alias") args = [part("userId"), part("previousId")];
    else {
      var category = part("category");
      // analytics.js reads a page's two texts as category and name; the phones' screen() takes the title first.
      args = rule.event === "page" && category !== undefined ? [category, part("title"), body] : [part("title"), category, body];
    }
    if (context) args.push(context);
    analytics[rule.event].apply(analytics, args);
  }

  var byType = {};
  rules.forEach(function (rule) {
    var first = rule.fires === "current" ? rule.when[0] : rule.when[rule.when.length - 1];
    (byType[first.type] = byType[first.type] || []).push(rule);
  });

  function complain(context, rule, error) {
    var why = String((error && error.message) || error);
    if (context.observe) context.observe({ rule: rule.name, error: why });
    else if (typeof console !== "undefined") console.error("sigproxy: rule " + rule.name + ": " + why);
  }

  return function processSignal(signal, given) {
    var context = given || {};
    var analytics_ = context.analytics || globalThis.analytics;
    var signals_ = context.signals || globalThis.signals;
    function buffered() { return (signals_ && signals_.signalBuffer) || []; }
    (byType[signal.type] || []).forEach(function (rule) {
      try {
        if (context.observe) context.evaluating = rule.name;
        var chain = (rule.fires === "current" ? behindCurrent : inOrder)(rule, signal, buffered);
        if (!chain) return;
        if (context.observe) context.observe({ rule: rule.name, causes: chain });
        send(rule, chain, analytics_);
      } catch (error) {
        complain(context, rule, error);
      }
    });
  };
}
