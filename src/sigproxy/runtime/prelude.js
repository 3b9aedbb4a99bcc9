// What the SDK would provide, for the local engine: `signals` with the user's buffer, `analytics` that records, and a console. Nothing
// of the outside world is left: no timers, no shared memory, no compiler.
(function () {
  "use strict";
  ["setTimeout", "setInterval", "clearTimeout", "WebAssembly", "Atomics", "SharedArrayBuffer"].forEach(function (name) {
    globalThis[name] = undefined;
  });

  var BUFFER = 1000;
  var ids = new WeakMap();
  var buffers = new Map();

  function bufferOf(user) {
    var buffer = buffers.get(user);
    if (!buffer) buffers.set(user, (buffer = []));
    return buffer;
  }

  // Kept oldest first, where adding is cheap; shown newest first, as the SDK's is.
  function signalsOf(kept) {
    var shown = null;
    function newestFirst() { return shown || (shown = kept.slice().reverse()); }
    function filter(from, type, test) {
      var all = newestFirst();
      return all.slice(all.indexOf(from) + 1).filter(function (one) { return one.type === type && (!test || test(one)); });
    }
    return {
      get signalBuffer() { return newestFirst(); },
      filter: filter,
      find: function (from, type, test) { return filter(from, type, test)[0]; }
    };
  }

  globalThis.SignalType = Object.freeze({
    Interaction: "interaction", Navigation: "navigation", Network: "network",
    LocalData: "localData", Instrumentation: "instrumentation", UserDefined: "userDefined"
  });
  globalThis.EventType = Object.freeze({
    Track: "track", Page: "page", Screen: "screen", Identify: "identify", Group: "group", Alias: "alias"
  });
  globalThis.NavigationAction = Object.freeze({ URLChange: "urlChange", PageLoad: "pageLoad" });

  var calls = [], failures = [], attributed = null, context = null;

  var analytics = {};
  ["track", "identify", "page", "screen", "group", "alias", "reset"].forEach(function (method) {
    analytics[method] = function () {
      var fired = attributed;
      calls.push({
        signal: engine.current,
        method: method,
        args: Array.prototype.slice.call(arguments),
        rule: fired ? fired.rule : null,
        causes: fired ? fired.causes.map(function (one) { return ids.get(one) || null; }) : [engine.current]
      });
    };
  });

  function observe(what) {
    if (what.error) failures.push({ rule: what.rule, why: what.error, signal: engine.current });
    else attributed = what;
  }

  function one(id, signal) {
    var kept = bufferOf(signal.anonymousId);
    kept.push(signal);
    if (kept.length > BUFFER) kept.shift();
    ids.set(signal, id);
    attributed = null;
    engine.current = id;
    context = { analytics: analytics, signals: signalsOf(kept), observe: observe, evaluating: null };
    globalThis.analytics = analytics;
    globalThis.signals = context.signals;
    try {
      globalThis.processSignal(signal, context);
    } catch (error) {
      failures.push({ rule: null, why: String((error && error.message) || error), signal: id });
    }
  }

  // The cursor and the results outlive an interrupted call: what was done before it isn't lost, and it names the culprit.
  var engine = {
    current: null,
    cursor: 0,
    batch: [],
    load: function (text) { engine.batch = JSON.parse(text); engine.cursor = 0; },
    remember: function () {
      engine.batch.forEach(function (entry) {
        var kept = bufferOf(entry[1].anonymousId);
        kept.push(entry[1]);
        ids.set(entry[1], entry[0]);
      });
    },
    run: function () {
      for (; engine.cursor < engine.batch.length; engine.cursor++) one(engine.batch[engine.cursor][0], engine.batch[engine.cursor][1]);
      return engine.results();
    },
    interrupted: function (why) {
      failures.push({ rule: context && context.evaluating, why: why, signal: engine.current });
      engine.cursor++;
    },
    results: function () {
      var text = JSON.stringify({ calls: calls, failures: failures });
      calls = [];
      failures = [];
      engine.batch = [];
      return text;
    }
  };
  Object.defineProperty(globalThis, "__sigproxy", { value: engine });
})();
