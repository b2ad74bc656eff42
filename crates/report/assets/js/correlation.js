// The heatmap of correlations, by ranks or by values.

const correlationKind = () => document.querySelector('[data-correlation][aria-pressed="true"]').dataset.correlation;

const coefficient = (r) => (r === null ? "" : r.toFixed(2).replace("-", "−"));
const correlationText = (values) => values.map((row) => row.map(coefficient));

const correlationHover = (values) => {
  const names = data.correlation.features.map(plain);
  return values.map((row, i) => row.map((r, j) => `${names[i]}<br>${names[j]}<br><b>${show(r)}</b>`));
};

draw.correlation = (element) => {
  const { features } = data.correlation;
  const values = data.correlation[correlationKind()];
  const ticks = {
    tickvals: features.map((_, j) => j),
    ticktext: features.map((name) => label(name, 22)),
    showgrid: false,
    fixedrange: true,
  };
  const room = (element.clientWidth - 200) / features.length;
  const trace = {
    type: "heatmap",
    x: ticks.tickvals,
    y: ticks.tickvals,
    z: values,
    text: correlationText(values),
    texttemplate: room >= 32 ? "%{text}" : "",
    textfont: { size: 10 },
    hoverinfo: "text",
    hovertext: correlationHover(values),
    colorscale: DIVERGING,
    zmin: -1,
    zmax: 1,
    xgap: 1,
    ygap: 1,
    colorbar: { thickness: 10, len: 0.6, tickvals: [-1, -0.5, 0, 0.5, 1], ticktext: ["−1", "−0.5", "0", "0.5", "1"] },
  };
  return Plotly.newPlot(element, [trace], layout({
    dragmode: false,
    margin: { l: 8, r: 8, t: 8, b: 8 },
    xaxis: axis("", { ...ticks, tickangle: -45 }),
    yaxis: axis("", { ...ticks, autorange: "reversed" }),
  }), config);
};

const showCorrelation = () => {
  const element = document.querySelector('[data-plot="correlation"]');
  if (!element?.data) return;
  const values = data.correlation[correlationKind()];
  Plotly.restyle(element, { z: [values], text: [correlationText(values)], hovertext: [correlationHover(values)] });
};
