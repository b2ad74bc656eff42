// Silhouette and inertia over the number of segments.

// The chosen number is marked by its line, its size and a word: not by colour alone.
const byK = (element, values, title, extra = {}) => {
  const { k, chosen } = data.evidence;
  const trace = {
    type: "scatter",
    mode: "lines+markers",
    x: k,
    y: values,
    hoverinfo: "text",
    hovertext: k.map((n, i) => `${n} segments<br>${title} ${show(values[i])}`),
    line: { color: SOFT, width: 2 },
    marker: {
      color: k.map((n) => (n === chosen ? ACCENT : "#fff")),
      size: k.map((n) => (n === chosen ? 13 : 8)),
      opacity: 1,
      line: { color: k.map((n) => (n === chosen ? ACCENT : SOFT)), width: 2 },
    },
    cliponaxis: false,
    ...extra,
  };
  return Plotly.newPlot(element, [trace], layout({
    margin: { l: 48, r: 16, t: 26, b: 40 },
    xaxis: axis("number of segments", { dtick: k.length > 20 ? undefined : 1, showgrid: false, fixedrange: true }),
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

draw["silhouette-by-k"] = (element) => {
  const { silhouette, interval } = data.evidence;
  const isEstimated = interval.some((bounds) => bounds !== null);
  const reach = (side) => interval.map((bounds, i) => (bounds === null ? 0 : Math.abs(bounds[side] - silhouette[i])));
  const bars = {
    type: "data", symmetric: false, array: reach(1), arrayminus: reach(0), color: SOFT, thickness: 1.5, width: 5,
  };
  return byK(element, silhouette, "mean silhouette", isEstimated ? { error_y: bars } : {});
};

draw["inertia-by-k"] = (element) => byK(element, data.evidence.inertia, "inertia");
