"use strict";
// Draws every figure in the colours of the reader's scheme, and again when that changes.
(function () {
  const palettes = JSON.parse(document.getElementById("palettes").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const language = document.documentElement.lang;
  const options = {
    displayModeBar: false,
    responsive: true,
    showTips: false,
    locale: language,
  };

  // How dates are written on axes where the page is in Chinese: 2027-03.
  const months = Array.from({ length: 12 }, (_, i) => `${i + 1}月`);
  const weekdays = [..."日一二三四五六"].map((day) => `周${day}`);
  Plotly.register({
    moduleType: "locale",
    name: "zh-CN",
    dictionary: {},
    format: {
      days: weekdays,
      shortDays: weekdays,
      months,
      shortMonths: months,
      date: "%Y-%m-%d",
      year: "%Y",
      month: "%Y-%m",
      dayMonth: "%m-%d",
      dayMonthYear: "%Y-%m-%d",
    },
  });

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
  // paper is white; the style sheet makes what is so wide as small as the page
  const paper_px = 920;
  window.addEventListener("beforeprint", () => plots.forEach((plot) => draw(plot, "light", paper_px)));
  window.addEventListener("afterprint", drawAll);
  drawAll();
})();
