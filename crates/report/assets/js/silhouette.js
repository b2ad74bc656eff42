// The silhouettes of each segment, sorted, one above the other.

// Places the segments on a vertical axis of customers, each with room for its label.
const stacked = (height) => {
  const total = data.segments.reduce((sum, segment) => sum + segment.size, 0);
  const label = (total * 20) / height;
  let top = 0;
  return data.segments.map((segment, s) => {
    const room = Math.max(segment.size + total * 0.02, label);
    const from = top + (room - segment.size) / 2;
    top += room;
    return { segment, s, from, to: from + segment.size };
  });
};

const band = ({ segment, s, from, to }) => {
  const { curve } = segment;
  const place = (i) => from + ((i + 0.5) / curve.length) * (to - from);
  return {
    type: "scatter",
    mode: "lines",
    x: [0, ...curve, 0],
    y: [from, ...curve.map((_, i) => place(i)), to],
    fill: "toself",
    fillcolor: segment.colour,
    line: { color: segment.colour, width: 1 },
    hoveron: "fills",
    hoverinfo: "text",
    text: `${segmentTitle(s)}<br>${count.format(segment.size)} customers`,
  };
};

const meanLine = (mean) => ({
  shapes: [{
    type: "line", x0: mean, x1: mean, y0: 0, y1: 1, yref: "paper", line: { color: INK, width: 1.5, dash: "dash" },
  }],
  annotations: [{
    text: `mean of all customers ${mean.toFixed(2).replace("-", "−")}`, showarrow: false,
    x: mean, xanchor: isNarrow() ? "center" : "left", y: 1, yref: "paper", yanchor: "bottom",
  }],
});

draw.silhouette = (element) => {
  const bands = stacked(element.clientHeight - 66);
  const names = isNarrow() ? 0 : 34;
  const tick = ({ segment, s }) => (names ? `<b>${s}</b>  ${label(segment.name, names)}` : `<b>${s}</b>`);
  const mean = data.silhouette;
  const lowest = Math.min(0, ...data.segments.flatMap((segment) => segment.curve));
  return Plotly.newPlot(element, bands.filter(({ segment }) => segment.curve.length > 0).map(band), layout({
    margin: { l: 24, r: 12, t: 26, b: 40 },
    dragmode: false,
    xaxis: axis("silhouette", { range: [lowest - 0.03, 1], zeroline: true, zerolinecolor: INK, fixedrange: true }),
    yaxis: axis("", {
      range: [bands.at(-1).to * 1.01, -bands.at(-1).to * 0.01], showgrid: false, fixedrange: true,
      tickvals: bands.map(({ from, to }) => (from + to) / 2), ticktext: bands.map(tick),
    }),
    ...(mean === null ? {} : meanLine(mean)),
  }), config);
};
