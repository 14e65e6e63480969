"use strict";
// Draws the figures that a page names when they come into view, and replays the floor of a plant.
(function () {
  const palettes = window.HOUSE.palettes;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const options = { displayModeBar: false, responsive: true, showTips: false };
  const palette = () => palettes[dark.matches ? "dark" : "light"];
  const drawn = new Map(); // element -> figure in roles of the theme
  const floors = new Set();

  // --- The language: that of the address is kept for addresses that name none --------------------

  const asked = new URL(location.href).searchParams.get("lang");
  if (asked === "en" || asked === "zh")
    document.cookie = `fabstack_lang=${asked}; path=/; max-age=31536000; SameSite=Strict`;

  // What a script has put into the address since the page was made goes along.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.language");
    if (!link) return;
    const address = new URL(location.href);
    address.searchParams.set("lang", new URL(link.href).searchParams.get("lang"));
    link.href = address;
  });

  // --- Edits that are not saved: a browser keeps them through a reload, a crash, a refusal -------

  window.house = {
    keep(name, draft) {
      try {
        if (draft === null) localStorage.removeItem(name);
        else localStorage.setItem(name, draft);
        window.onbeforeunload = null;
      } catch {
        window.onbeforeunload = () => true; // no room to keep them: at least ask before they go
      }
      markDrafts();
    },
    kept: (name) => localStorage.getItem(name),
    putBack(api, cells, added, removed) {
      for (const [row, column, text] of cells) {
        const node = api.getRowNode(String(row));
        if (node) node.data[column] = text;
      }
      api.applyTransaction({ add: added.map((row) => ({ ...row, _marks: {} })), remove: removed });
      api.refreshCells({ force: true });
    },
  };

  function markDrafts() {
    for (const link of document.querySelectorAll("a[data-draft]"))
      link.classList.toggle("drafted", localStorage.getItem(link.dataset.draft) !== null);
  }

  // --- Figures: roles such as "$made/0.2" stand under keys that speak of colour -----------------

  function painted(value, colours, isColour) {
    if (Array.isArray(value)) return value.map((part) => painted(part, colours, isColour));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, part]) => [
          key,
          painted(part, colours, isColour || key.includes("color")),
        ])
      );
    }
    return isColour && typeof value === "string" ? colour(value, colours) : value;
  }

  function colour(role, colours) {
    const found = /^\$([a-z0-9-]+)(?:\/([0-9.]+))?$/.exec(role);
    if (!found) return role;
    const hex = colours[found[1]];
    if (found[2] === undefined) return hex;
    const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    return `rgba(${parts.join(",")},${found[2]})`;
  }

  // The drawing library is large, and only pages with figures need it.
  let library = null;
  function drawing() {
    library ??= new Promise((resolve, reject) => {
      document.head.append(
        made("script", { src: window.HOUSE.plotly, onload: resolve, onerror: reject })
      );
    });
    return library;
  }

  function draw(plot) {
    const { data, layout } = painted(drawn.get(plot), palette(), false);
    return Plotly.react(plot, data, layout, options);
  }

  async function fetched(address) {
    const answer = await fetch(address, { headers: { accept: "application/json" } });
    return { ok: answer.ok, body: await answer.json() };
  }

  // A figure that a run cannot show is no error: the server says why in words.
  // Its place is kept free meanwhile, so that what is read below it does not move.
  async function load(plot) {
    const [{ ok, body }] = await Promise.all([fetched(plot.dataset.src), drawing()]);
    if (!ok || body.missing) {
      plot.classList.add("lack");
      plot.textContent = body.missing || body.detail;
    } else {
      plot.style.height = `${body.layout.height}px`;
      drawn.set(plot, body);
      await draw(plot);
    }
    plot.classList.remove("waits");
    plot.dataset.drawn = "yes";
  }

  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) {
          seen.unobserve(entry.target);
          load(entry.target);
        }
      }
    },
    { rootMargin: "600px" }
  );

  // --- The floor -------------------------------------------------------------------------------

  function made(name, given, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      if (key in element) element[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  // What a tile is coloured by, in steps of the report's heat map: the load of the plan or the
  // simulation, the lots that wait for each tool, or the share of time that the tools are down.
  const ROLES = ["heat-0", "heat-1", "heat-2", "heat-3", "heat-4"];
  const COLOURS = {
    load: { least: [0, 40, 75, 90, 97], of: (group, at) => value(group.load_percent, at) },
    queue: { least: [0, 0.5, 1, 2, 5], of: queuePerTool },
    down: { least: [0, 5, 10, 20, 40], of: (group, at) => value(group.down_percent, at) },
  };

  const value = (list, at) => (list.length && list[at] !== null ? list[at] : null);

  function queuePerTool(group, at) {
    const queue = value(group.queue_lots, at);
    const tools = value(group.tools, at);
    return queue === null ? null : queue / Math.max(tools ?? 1, 1);
  }

  function luminance(hex) {
    const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
    const [r, g, b] = parts.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  // Text stays dark on light and light on dark grounds.
  function tint(tile, number, least) {
    const step = least.filter((one) => number >= one).length - 1;
    const hex = number === null ? palette().card : palette()[ROLES[Math.max(step, 0)]];
    tile.style.background = hex;
    tile.style.color = luminance(hex) > 0.2 ? "#10151b" : "#ffffff";
  }

  const short = (number) => Number(number.toPrecision(number >= 100 ? 3 : 2)).toLocaleString("en");
  const filled = (text, given) => text.replace(/\{(\w+)\}/g, (_, name) => given[name]);

  function tileWords(view, group, at) {
    const { words } = view;
    const parts = [];
    const tools = value(group.tools, at);
    const queue = value(group.queue_lots, at);
    const down = value(group.down_percent, at);
    if (tools !== null) parts.push(filled(tools === 1 ? words.tool : words.tools, { n: short(tools) }));
    if (queue !== null && queue >= 0.05) parts.push(filled(words.waiting, { n: short(queue) }));
    if (down !== null && down >= 0.5) parts.push(filled(words.down, { n: Math.round(down) }));
    if (queue === null && group.wip_lots !== null)
      parts.push(filled(words.wip, { n: short(group.wip_lots) }));
    const whole = (part) => (part.length < 18 ? part.replaceAll(" ", "\u00a0") : part);
    return parts.map(whole).join(" · ");
  }

  // The time of a tool group: at work, ready, down.
  function bar(group, at) {
    const work = value(group.productive_percent, at);
    if (work === null) return [];
    const down = value(group.down_percent, at) ?? 0;
    const sizes = [[work, "green"], [Math.max(100 - work - down, 0), "pale"], [down, "vermillion"]];
    return sizes.map(([percent, role]) => {
      const part = made("i", {});
      part.style.width = `${percent}%`;
      part.style.background = palette()[role];
      return part;
    });
  }

  function showFloor(view, at) {
    view.at = at;
    view.output.textContent = view.floor.times[at] || "";
    view.range.value = at;
    view.range.setAttribute("aria-valuetext", view.output.textContent);
    const { least, of } = COLOURS[view.colour];
    for (const { group, tile, number, small, states } of view.tiles) {
      const load = value(group.load_percent, at);
      number.textContent = load === null ? "–" : `${Math.round(load)} %`;
      small.textContent = tileWords(view, group, at);
      states.replaceChildren(...bar(group, at));
      tint(tile, of(group, at), least);
    }
    view.sum.textContent = sumOf(view, at);
    view.key.replaceChildren(...keyOf(view));
  }

  function sumOf(view, at) {
    const groups = view.floor.groups;
    const busy = groups.filter((group) => (value(group.load_percent, at) ?? 0) >= 90).length;
    const queues = groups.map((group) => value(group.queue_lots, at)).filter((n) => n !== null);
    const parts = [filled(view.words.busy, { n: busy, all: groups.length })];
    if (queues.length)
      parts.push(filled(view.words.wait, { n: short(queues.reduce((sum, n) => sum + n, 0)) }));
    return parts.join(" · ");
  }

  function keyOf(view) {
    const { least } = COLOURS[view.colour];
    const unit = view.words[`unit_${view.colour}`];
    const swatch = (role) => {
      const made_ = made("i", {});
      made_.style.background = palette()[role];
      return made_;
    };
    const steps = least.map((from, i) => {
      const to = least[i + 1];
      const text = to === undefined ? view.words.from : i === 0 ? view.words.under : view.words.between;
      return made("span", {}, swatch(ROLES[i]), ` ${filled(text, { from, to })}`);
    });
    const states = view.floor.groups.some((group) => group.productive_percent.length)
      ? [["green", "at_work"], ["pale", "ready"], ["vermillion", "is_down"]].map(([role, name]) =>
          made("span", { className: "state-key" }, swatch(role), ` ${view.words[name]}`)
        )
      : [];
    return [made("b", {}, unit), ...steps, ...states];
  }

  function areasOf(view, rows) {
    const areas = new Map();
    for (const group of view.floor.groups) {
      const name = group.area || view.words.area;
      if (!areas.has(name)) areas.set(name, []);
      areas.get(name).push(group);
    }
    const start = commonStart(view.floor.groups.map((group) => group.name));
    return [...areas].map(([name, groups]) =>
      made(
        "div",
        { className: "area" },
        made("h3", {}, name),
        made("div", { className: "groups" }, ...groups.map((group) => tileOf(view, group, rows, start)))
      )
    );
  }

  // "fab-" of fab-etch, fab-film, ...: said by the title already, and in the way on a small tile.
  function commonStart(names) {
    const start = /^[^-_]+[-_]/.exec(names[0] || "");
    return start && names.length > 1 && names.every((name) => name.startsWith(start[0]) && name !== start[0])
      ? start[0].length
      : 0;
  }

  function tileOf(view, group, rows, start) {
    const [number, small] = [made("span", {}), made("small", {})];
    const states = made("div", { className: "states", "aria-hidden": "true" });
    const filter = encodeURIComponent(`tool_group:eq:${group.name}`);
    const given = { className: "group", href: `${rows}?filter=${filter}`, title: group.name };
    const tile = made("a", given, made("b", {}, group.name.slice(start)), number, small, states);
    view.tiles.push({ group, tile, number, small, states });
    return tile;
  }

  async function loadFloor(place) {
    const { ok, body } = await fetched(place.dataset.src);
    if (!ok) {
      place.textContent = body.detail;
      return;
    }
    const words = JSON.parse(place.dataset.words);
    const times = body.times.map((time) => (body.source === "plan_capacity" ? time.slice(0, 7) : time));
    const view = { floor: { ...body, times }, words, tiles: [], at: 0 };
    view.output = made("output", {});
    view.range = made("input", {
      type: "range", min: 0, max: Math.max(times.length - 1, 0), "aria-label": words.time,
    });
    view.key = made("div", { className: "key" });
    view.sum = made("p", { className: "note sum" });
    const play = made("button", { className: "button", type: "button" }, words.play);
    const choice = choiceOf(view);
    const controls = made("div", { className: "controls" }, play, view.range, view.output, ...choice);
    const areas = areasOf(view, place.dataset.rows);
    place.replaceChildren(controls, view.sum, made("div", { className: "areas" }, ...areas), view.key);
    const wanted = (new URL(location.href).searchParams.get("at") || "-").slice(0, 10);
    const at = times.findIndex((time) => time === wanted || time === wanted.slice(0, 7));
    showFloor(view, at >= 0 ? at : busiest(body));
    view.range.addEventListener("input", () => showFloor(view, Number(view.range.value)));
    view.range.addEventListener("change", () => keepInAddress("at", view.floor.times[view.at]));
    play.addEventListener("click", () => replay(view, play));
    floors.add(view);
    place.dataset.drawn = "yes";
  }

  // By what the tiles are coloured: only what this floor knows.
  function choiceOf(view) {
    const known = Object.keys(COLOURS).filter((name) =>
      view.floor.groups.some((group) => view.floor.times.some((_, at) => COLOURS[name].of(group, at) !== null))
    );
    const wanted = new URL(location.href).searchParams.get("colour");
    view.colour = known.includes(wanted) ? wanted : "load";
    if (known.length < 2) return [];
    const options = known.map((name) =>
      made("option", { value: name, selected: name === view.colour }, view.words[`by_${name}`])
    );
    const chosen = made("select", { "aria-label": view.words.by }, ...options);
    chosen.addEventListener("change", () => {
      view.colour = chosen.value;
      keepInAddress("colour", view.colour);
      showFloor(view, view.at);
    });
    return [made("label", { className: "by" }, view.words.by, " ", chosen)];
  }

  // The time at which the loads are highest together.
  function busiest(floor) {
    const sums = floor.times.map((_, at) =>
      floor.groups.reduce((sum, group) => sum + (group.load_percent[at] || 0), 0)
    );
    return Math.max(sums.indexOf(Math.max(...sums)), 0);
  }

  function keepInAddress(name, text) {
    const address = new URL(location.href);
    address.searchParams.set(name, text);
    history.replaceState(history.state, "", address);
  }

  function replay(view, play) {
    if (view.timer) {
      clearInterval(view.timer);
      view.timer = null;
      play.textContent = view.words.play;
      keepInAddress("at", view.floor.times[view.at]);
      return;
    }
    play.textContent = view.words.stop;
    if (view.at >= view.floor.times.length - 1) showFloor(view, 0);
    const pause_ms = Math.max(60, Math.min(400, 20000 / view.floor.times.length));
    view.timer = setInterval(() => {
      if (view.at >= view.floor.times.length - 1) replay(view, play);
      else showFloor(view, view.at + 1);
    }, pause_ms);
  }

  // --- Uploads ---------------------------------------------------------------------------------

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.classList.contains("upload")) return;
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    const file = form.elements.file.files[0];
    said.textContent = form.dataset.sending;
    const answer = await fetch(`/api/programmes/${encodeURIComponent(form.elements.name.value)}`, {
      method: "PUT",
      body: file,
      headers: { "content-type": "application/octet-stream" },
    });
    const body = await answer.json();
    if (answer.ok) location.assign(`/programmes/${encodeURIComponent(body.name)}`);
    else said.textContent = [body.detail, ...(body.findings || []).slice(0, 5).map((f) => f.message)].join(" · ");
  });

  // --- What is new on the page -----------------------------------------------------------------

  const known = new WeakSet();
  function look() {
    for (const link of document.querySelectorAll("a[data-draft]")) {
      if (!known.has(link)) markDrafts();
      known.add(link);
    }
    for (const plot of document.querySelectorAll(".plot[data-src]")) {
      if (!known.has(plot)) seen.observe(plot);
      known.add(plot);
    }
    for (const place of document.querySelectorAll(".floor[data-src]")) {
      if (!known.has(place)) loadFloor(place);
      known.add(place);
    }
  }

  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
  dark.addEventListener("change", () => {
    for (const plot of drawn.keys()) if (plot.isConnected) draw(plot);
    for (const view of floors) showFloor(view, view.at);
  });
})();
