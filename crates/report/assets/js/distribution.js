// A histogram with its boxplot above it.

const histogram = ({ edges, counts }) => ({
  type: "bar",
  x: counts.map((_, i) => (edges[i] + edges[i + 1]) / 2),
  width: counts.map((_, i) => edges[i + 1] - edges[i]),
  // An empty bin has no place on a logarithmic axis.
  y: counts.map((n) => (n > 0 ? n : null)),
  hoverinfo: "text",
  hovertext: counts.map((n, i) => `${show(edges[i])} to ${show(edges[i + 1])}<br>${count.format(n)} customers`),
  marker: { color: "#7f9bb3", line: { color: "#fff", width: counts.length > 50 ? 0 : 0.5 } },
});

const boxplot = (box) => ({
  type: "box",
  orientation: "h",
  y: [0],
  q1: [box.q1], median: [box.median], q3: [box.q3], mean: [box.mean],
  lowerfence: [box.whisker_low], upperfence: [box.whisker_high],
  yaxis: "y2",
  width: 0.7,
  hoverinfo: "x",
  line: { color: INK, width: 1.2 },
  fillcolor: "#cfdae4",
});

// The ends of the data, where they lie beyond the whiskers.
const extremes = (box) => ({
  type: "scatter",
  mode: "markers",
  x: [box.min < box.whisker_low ? box.min : null, box.max > box.whisker_high ? box.max : null],
  y: [0, 0],
  yaxis: "y2",
  hoverinfo: "text",
  hovertext: [`smallest value ${show(box.min)}`, `largest value ${show(box.max)}`],
  marker: { symbol: "circle-open", size: 6, color: INK },
});

const countScale = () => document.querySelector('[data-counts][aria-pressed="true"]').dataset.counts;

const countAxis = (isLog) => ({
  "yaxis.type": isLog ? "log" : "linear",
  "yaxis.title.text": isLog ? "customers (log)" : "customers",
  "yaxis.autorange": true,
  // Powers of ten only: the small card has no room for more.
  "yaxis.dtick": isLog ? 1 : null,
  "yaxis.tickformat": isLog ? ",~r" : "~s",
});

const isLog = (picture) => ({ auto: picture.log, linear: false, log: true })[countScale()];

draw.distribution = async (element) => {
  const picture = data.distributions[Number(element.dataset.index)];
  const box = picture.boxplot;
  const traces = [histogram(picture), ...(box ? [boxplot(box), extremes(box)] : [])];
  await Plotly.newPlot(element, traces, layout({
    font: { family: getComputedStyle(document.body).fontFamily, size: 11, color: INK },
    margin: { l: 40, r: 10, t: 4, b: 24 },
    bargap: 0,
    hovermode: "closest",
    xaxis: axis("", { showgrid: false, nticks: 6, anchor: "y" }),
    yaxis: axis("customers", { domain: [0, 0.8], nticks: 5 }),
    yaxis2: { domain: [0.84, 1], visible: false, fixedrange: true, range: [-0.6, 0.6] },
  }), { ...config, displayModeBar: false });
  if (isLog(picture)) await Plotly.relayout(element, countAxis(true));
};

const showCounts = () => {
  for (const element of document.querySelectorAll('[data-plot="distribution"]')) {
    if (element.layout) Plotly.relayout(element, countAxis(isLog(data.distributions[Number(element.dataset.index)])));
  }
};
