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

// Paper is narrower than the screen, and shows everything at once.
const PAPER_WIDTH = 690;
addEventListener("beforeprint", () => {
  plots.forEach(drawNow);
  for (const plot of plots) {
    if (plot.layout) Plotly.relayout(plot, { width: Math.min(plot.clientWidth || PAPER_WIDTH, PAPER_WIDTH) });
  }
});
addEventListener("afterprint", () => {
  for (const plot of plots) if (plot.layout) Plotly.relayout(plot, { width: null, autosize: true });
});
