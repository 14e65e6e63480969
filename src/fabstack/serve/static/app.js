"use strict";
// Draws the figures that a page names when they come into view, and replays the floor of a plant.
(function () {
  const palettes = window.HOUSE.palettes;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const options = { displayModeBar: false, responsive: true, showTips: false };
  const palette = () => palettes[dark.matches ? "dark" : "light"];
  const drawn = new Map(); // element -> figure in roles of the theme
  const floors = new Set();

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
  async function load(plot) {
    plot.classList.remove("waits");
    const { ok, body } = await fetched(plot.dataset.src + "?quiet=1");
    if (!ok || body.missing) {
      plot.classList.add("lack", "lacks");
      plot.textContent = body.missing || body.detail;
    } else {
      plot.style.height = `${body.layout.height}px`;
      await drawing();
      drawn.set(plot, body);
      await draw(plot);
    }
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

  // The steps of the report's heat map; text stays dark on light and light on dark grounds.
  const STEPS = [
    [0, "heat-0", "under 40 %"],
    [40, "heat-1", "40 to 75 %"],
    [75, "heat-2", "75 to 90 %"],
    [90, "heat-3", "90 to 97 %"],
    [97, "heat-4", "97 % and more"],
  ];

  function luminance(hex) {
    const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
    const [r, g, b] = parts.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  const step = (load) => STEPS.filter(([least]) => load >= least).pop() || STEPS[0];

  function tint(tile, load) {
    const hex = load === null ? palette().card : palette()[step(load)[1]];
    tile.style.background = hex;
    tile.style.color = luminance(hex) > 0.2 ? "#10151b" : "#ffffff";
  }

  function tileWords(group, at) {
    const words = [];
    if (group.tools.length && group.tools[at] !== null) words.push(`${group.tools[at]} ${group.tools[at] === 1 ? "tool" : "tools"}`);
    if (group.down_percent.length && group.down_percent[at] !== null)
      words.push(`${Math.round(group.down_percent[at])} % down`);
    if (group.wip_lots !== null) words.push(`${Number(group.wip_lots.toPrecision(2))} lots in simulation`);
    return words.join(" · ");
  }

  function showFloor(view, at) {
    view.at = at;
    view.output.textContent = view.floor.times[at] || "";
    view.range.value = at;
    view.range.setAttribute("aria-valuetext", view.output.textContent);
    for (const [group, tile, value, small] of view.tiles) {
      const load = group.load_percent[at];
      value.textContent = load === null ? "–" : `${Math.round(load)} %`;
      small.textContent = tileWords(group, at);
      tint(tile, load);
    }
    view.key.replaceChildren(...keyOf());
  }

  function keyOf() {
    return STEPS.map(([, role, words]) => {
      const swatch = made("i", {});
      swatch.style.background = palette()[role];
      return made("span", {}, swatch, ` ${words} `);
    });
  }

  function areasOf(view, rows) {
    const areas = new Map();
    for (const group of view.floor.groups) {
      const name = group.area || "tools";
      if (!areas.has(name)) areas.set(name, []);
      areas.get(name).push(group);
    }
    return [...areas].map(([name, groups]) =>
      made(
        "div",
        { className: "area" },
        made("h3", {}, name),
        made("div", { className: "groups" }, ...groups.map((group) => tileOf(view, group, rows)))
      )
    );
  }

  function tileOf(view, group, rows) {
    const value = made("span", {});
    const small = made("small", {});
    const filter = encodeURIComponent(`tool_group:eq:${group.name}`);
    const tile = made(
      "a",
      { className: "group", href: `${rows}?filter=${filter}`, title: group.name },
      made("b", {}, group.name),
      value,
      small
    );
    view.tiles.push([group, tile, value, small]);
    return tile;
  }

  async function loadFloor(place) {
    const { ok, body } = await fetched(place.dataset.src);
    if (!ok) {
      place.textContent = body.detail;
      return;
    }
    const view = { floor: body, tiles: [], at: 0 };
    view.output = made("output", {});
    view.range = made("input", {
      type: "range", min: 0, max: Math.max(body.times.length - 1, 0), "aria-label": "Time",
    });
    view.key = made("div", { className: "key" });
    const play = made("button", { className: "button", type: "button" }, "Play");
    const controls = made("div", { className: "controls" }, play, view.range, view.output);
    const areas = areasOf(view, place.dataset.rows);
    place.replaceChildren(controls, made("div", { className: "areas" }, ...areas), view.key);
    const wanted = body.times.indexOf(new URL(location.href).searchParams.get("at"));
    showFloor(view, wanted >= 0 ? wanted : busiest(body));
    view.range.addEventListener("input", () => showFloor(view, Number(view.range.value)));
    view.range.addEventListener("change", () => keepInAddress(view));
    play.addEventListener("click", () => replay(view, play));
    floors.add(view);
    place.dataset.drawn = "yes";
  }

  // The time at which the loads are highest together.
  function busiest(floor) {
    const sums = floor.times.map((_, at) =>
      floor.groups.reduce((sum, group) => sum + (group.load_percent[at] || 0), 0)
    );
    return Math.max(sums.indexOf(Math.max(...sums)), 0);
  }

  function keepInAddress(view) {
    const address = new URL(location.href);
    address.searchParams.set("at", view.floor.times[view.at]);
    history.replaceState(history.state, "", address);
  }

  function replay(view, play) {
    if (view.timer) {
      clearInterval(view.timer);
      view.timer = null;
      play.textContent = "Play";
      keepInAddress(view);
      return;
    }
    play.textContent = "Stop";
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
    said.textContent = "Sending …";
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
