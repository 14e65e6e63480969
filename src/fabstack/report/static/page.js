"use strict";
// Draws every figure in the colours of the reader's scheme, and again when that changes.
(function () {
  const palettes = JSON.parse(document.getElementById("palettes").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const options = {
    displayModeBar: false,
    responsive: true,
    showTips: false,
  };

  // Roles such as "$made/0.2" stand under keys that speak of colour and nowhere else.
  function painted(value, palette, isColour) {
    if (Array.isArray(value)) return value.map((part) => painted(part, palette, isColour));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, part]) => [
          key,
          painted(part, palette, isColour || key.includes("color")),
        ])
      );
    }
    return isColour && typeof value === "string" ? colour(value, palette) : value;
  }

  function colour(role, palette) {
    const found = /^\$([a-z0-9-]+)(?:\/([0-9.]+))?$/.exec(role);
    if (!found) return role;
    const hex = palette[found[1]];
    if (found[2] === undefined) return hex;
    const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    return `rgba(${parts.join(",")},${found[2]})`;
  }

  function draw(plot, scheme, width) {
    const figure = JSON.parse(document.getElementById("figure-" + plot.id.slice(5)).textContent);
    const { data, layout } = painted(figure, palettes[scheme], false);
    return Plotly.react(plot, data, { ...layout, width }, options);
  }

  const plots = [...document.querySelectorAll(".plot")];
  const scheme = () => (dark.matches ? "dark" : "light");

  async function drawAll() {
    for (const plot of plots) {
      await draw(plot, scheme());
      await new Promise((resolve) => setTimeout(resolve)); // the page stays alive between two
    }
    document.body.dataset.drawn = String(plots.length);
  }

  dark.addEventListener("change", drawAll);
  // paper is white, and as wide as A4 or Letter on its side
  const paper_px = 920;
  window.addEventListener("beforeprint", () => plots.forEach((plot) => draw(plot, "light", paper_px)));
  window.addEventListener("afterprint", drawAll);
  drawAll();
})();
