// Buttons, and when to draw.

const press = (button) => {
  const group = button.closest("[role=group]");
  for (const other of group.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
};

const onClick = (selector, act) => {
  for (const button of document.querySelectorAll(selector)) button.addEventListener("click", () => act(button));
};

onClick("[data-segment]", (button) => {
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  showSegments();
});
onClick("[data-turn]", (button) => turn(button.dataset.turn));
onClick("[data-counts]", (button) => { press(button); showCounts(); });
onClick("[data-correlation]", (button) => { press(button); showCorrelation(); });

const plots = [...document.querySelectorAll(".plot")];

// Sixty distributions at once would hold up the page: each is drawn when it comes near.
const watch = () => {
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      drawNow(target);
    }
  }, { rootMargin: "400px 0px" });
  for (const plot of plots) observer.observe(plot);
};

if ("IntersectionObserver" in window) watch();
else plots.forEach(drawNow);

// Paper is narrower than the screen, and shows everything at once. Heatmaps choose their labels by
// the room there is, so they are drawn anew; a new width is enough for the others. The picture in
// space keeps its size: it would come out empty, since WebGL draws too late for the printer.
const HEATMAPS = ["profile", "correlation"];
const refit = (isPaper) => {
  document.body.classList.toggle("paper", isPaper);
  for (const plot of plots) {
    if (!plot.layout || plot.dataset.plot === "space") continue;
    if (HEATMAPS.includes(plot.dataset.plot)) draw[plot.dataset.plot](plot);
    else Plotly.relayout(plot, isPaper ? { width: plot.clientWidth } : { width: null, autosize: true });
  }
};
addEventListener("beforeprint", () => {
  plots.forEach(drawNow);
  refit(true);
});
addEventListener("afterprint", () => refit(false));
