// Crowded places: how near the neighbours are, and crowds within crowds.

draw.neighbours = (element) => {
  const { share, distance, eps, proposed } = data.neighbours;
  const line = (value, dash, text) => ({
    shape: { type: "line", x0: 0, x1: 1, xref: "paper", y0: value, y1: value, line: { color: ACCENT, width: 1.5, dash } },
    label: {
      text, x: 0, xref: "paper", xanchor: "left", y: value, yanchor: "bottom", showarrow: false,
      font: { color: ACCENT, size: 12 },
    },
  });
  const lines = [line(eps, "solid", `near: up to ${show(eps)}`)];
  if (proposed !== null && proposed !== eps) lines.push(line(proposed, "dot", `the bend: ${show(proposed)}`));
  return Plotly.newPlot(element, [{
    type: "scatter", mode: "lines", x: share.map((part) => part * 100), y: distance,
    line: { color: INK, width: 2 },
    hoverinfo: "text",
    hovertext: share.map((part, i) => `${show(part * 100)}% of the customers<br>have the neighbour within ${show(distance[i])}`),
  }], layout({
    xaxis: axis("customers, from the most crowded place", { ticksuffix: "%", showgrid: false, fixedrange: true }),
    yaxis: axis("distance to the neighbour", { rangemode: "tozero", fixedrange: true }),
    shapes: lines.map(({ shape }) => shape),
    annotations: lines.map(({ label: text }) => text),
  }), config);
};

// The middle of each crowd, children side by side within what is left of their parent.
const crowdPlaces = (crowds) => {
  const children = crowds.map(() => []);
  crowds.forEach(({ parent }, i) => { if (parent !== null) children[parent].push(i); });
  const middle = crowds.map(() => 0);
  crowds.forEach((_, i) => {
    const width = children[i].reduce((sum, child) => sum + crowds[child].size[0], 0);
    let left = middle[i] - width / 2;
    for (const child of children[i]) {
      middle[child] = left + crowds[child].size[0] / 2;
      left += crowds[child].size[0];
    }
  });
  return middle;
};

// A crowd as a shape that narrows as customers are left behind; the distance of the next step ends each.
const crowdShape = (crowd, middle, floor, segment) => {
  const distance = crowd.distance.map((value) => Math.max(value, floor));
  const side = (sign) => crowd.size.flatMap((size, i) => {
    const x = middle + (sign * size) / 2;
    return [[x, distance[i]], [x, distance[Math.min(i + 1, distance.length - 1)]]];
  });
  const outline = [...side(-1), ...side(1).reverse()];
  const isSegment = segment !== null;
  return {
    type: "scatter", mode: "lines", x: outline.map(([x]) => x), y: outline.map(([, y]) => y),
    fill: "toself", fillcolor: isSegment ? data.segments[segment].colour : "#e4e8ec",
    line: { color: isSegment ? data.segments[segment].colour : "#b8c2cc", width: 1 },
    hoveron: "fills", hoverinfo: "text",
    text: `${isSegment ? segmentTitle(segment) : "crowd"}<br>${count.format(crowd.size[0])} customers within ${show(crowd.distance[0])}`,
  };
};

draw.condensed = (element) => {
  const crowds = data.condensed;
  const positive = crowds.flatMap(({ distance }) => distance).filter((value) => value > 0);
  // Customers at one place are at distance 0, which no logarithmic axis has.
  const floor = Math.min(...positive) / 1.5;
  const middle = crowdPlaces(crowds);
  const numbered = crowds.map(({ segment, distance, size }, i) => ({ segment, middle: middle[i], top: distance[0], size: size[0] }))
    .filter(({ segment }) => segment !== null);
  return Plotly.newPlot(element, crowds.map((crowd, i) => crowdShape(crowd, middle[i], floor, crowd.segment)), layout({
    dragmode: false,
    hovermode: "closest",
    xaxis: axis("customers who still hang together", { showticklabels: false, showgrid: false, fixedrange: true }),
    yaxis: axis("distance within which they do", {
      type: "log", range: [Math.log10(floor), Math.log10(Math.max(...positive) * 1.15)], fixedrange: true,
    }),
    annotations: numbered.map(({ segment, middle: x, top }) => ({
      text: `<b>${segment}</b>`, x, y: Math.log10(Math.max(top, floor)), yanchor: "bottom", showarrow: false,
      font: { size: 14, color: INK, shadow: "0 0 3px #fff, 0 0 3px #fff" },
    })),
  }), config);
};
