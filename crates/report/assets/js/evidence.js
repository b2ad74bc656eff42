// Silhouette and inertia over the number of segments, a curve for each algorithm.

// Curves differ in colour, dash and shape, and are named at their ends.
const CURVES = [
  { colour: SOFT, dash: "solid", symbol: "circle" },
  { colour: "#b35806", dash: "dash", symbol: "square" },
  { colour: "#00664b", dash: "dot", symbol: "diamond" },
  { colour: "#882255", dash: "dashdot", symbol: "triangle-up" },
  { colour: "#332288", dash: "longdash", symbol: "cross" },
];

// The chosen number is marked by its line, its size and a word: not by colour alone.
const curveTrace = (curve, i, values, title, extra) => {
  const { chosen, taken } = data.evidence;
  const { colour, dash, symbol } = CURVES[i % CURVES.length];
  const isTaken = (k) => k === chosen && curve.algorithm === taken;
  return {
    type: "scatter",
    mode: "lines+markers",
    name: curve.algorithm,
    x: curve.k,
    y: values,
    hoverinfo: "text",
    hovertext: curve.k.map((n, j) => `${n} segments by ${curve.algorithm}<br>${title} ${show(values[j])}`),
    line: { color: colour, width: 2, dash },
    marker: {
      symbol,
      color: curve.k.map((n) => (isTaken(n) ? ACCENT : "#fff")),
      size: curve.k.map((n) => (isTaken(n) ? 13 : 8)),
      opacity: 1,
      line: { color: curve.k.map((n) => (isTaken(n) ? ACCENT : colour)), width: 2 },
    },
    cliponaxis: false,
    ...extra,
  };
};

const byK = (element, pick, title, extra = () => ({})) => {
  const { curves, chosen } = data.evidence;
  const n = Math.max(...curves.map((curve) => curve.k.length));
  return Plotly.newPlot(element, curves.map((curve, i) => curveTrace(curve, i, pick(curve), title, extra(curve))), layout({
    margin: { l: 48, r: 16, t: 26, b: 40 },
    showlegend: curves.length > 1,
    legend: { orientation: "h", x: 1, xanchor: "right", y: -0.16, yanchor: "top" },
    xaxis: axis("number of segments", { dtick: n > 20 ? undefined : 1, showgrid: false, fixedrange: true }),
    yaxis: axis(title, { fixedrange: true }),
    shapes: [{
      type: "line", x0: chosen, x1: chosen, y0: 0, y1: 1, yref: "paper", layer: "below",
      line: { color: ACCENT, width: 1, dash: "dot" },
    }],
    annotations: [{
      text: `chosen: ${chosen}`, x: chosen, y: 1, yref: "paper", yanchor: "bottom", showarrow: false,
      font: { color: ACCENT, size: 12 },
    }],
  }), config);
};

const errorBars = ({ silhouette, interval }) => {
  if (interval.every((bounds) => bounds === null)) return {};
  const reach = (side) => interval.map((bounds, i) => (bounds === null ? 0 : Math.abs(bounds[side] - silhouette[i])));
  return {
    error_y: {
      type: "data", symmetric: false, array: reach(1), arrayminus: reach(0), color: SOFT, thickness: 1.5, width: 5,
    },
  };
};

draw["silhouette-by-k"] = (element) => byK(element, (curve) => curve.silhouette, "mean silhouette", errorBars);

draw["inertia-by-k"] = (element) => byK(element, (curve) => curve.inertia, "inertia");
