// The sampled customers in the plane and in space, and the buttons beside them.

// The sample's rows of each segment, those in none last.
const members = () => {
  const groups = [...data.segments, NOISE].map((mark, s) => ({
    mark, segment: s < data.segments.length ? s : -1, rows: [],
  }));
  data.map.segments.forEach((segment, row) => groups.at(segment < 0 ? -1 : segment).rows.push(row));
  return groups.filter((group) => group.rows.length > 0);
};

const pointText = (row) => {
  const { ids, segments, silhouettes } = data.map;
  return `<b>${plain(ids[row])}</b><br>${segmentTitle(segments[row])}<br>silhouette ${show(silhouettes[row])}`;
};

const shownNote = () => ({
  text: plain(data.map.shown), xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "left", yanchor: "bottom", yshift: 2,
  showarrow: false, font: { size: 11, color: SOFT },
});

// With one component only, segments lie in rows of their own.
const second = (group) => (row) => (data.map.scores.length > 1 ? data.map.scores[1][row] : group.segment);

const planePoints = (group) => ({
  type: "scatter",
  mode: "markers",
  x: group.rows.map((row) => data.map.scores[0][row]),
  y: group.rows.map(second(group)),
  hoverinfo: "text",
  hovertext: group.rows.map(pointText),
  meta: group.segment,
  marker: {
    color: group.mark.colour, symbol: group.mark.symbol, opacity: 0.6,
    size: data.map.segments.length > 800 ? 5.5 : 7,
  },
});

const planeCenter = (group) => ({
  type: "scatter",
  mode: "markers+text",
  x: [data.map.centers[0][group.segment]],
  y: [data.map.scores.length > 1 ? data.map.centers[1][group.segment] : group.segment],
  text: [`<b>${group.segment}</b>`],
  textposition: "top center",
  // A white rim keeps the number readable over the cloud.
  textfont: { size: 15, color: INK, shadow: "0 0 3px #fff, 0 0 3px #fff, 0 0 5px #fff" },
  hoverinfo: "text",
  hovertext: [`Centre of ${segmentTitle(group.segment)}`],
  meta: group.segment,
  marker: { color: group.mark.colour, symbol: group.mark.symbol, size: 15, line: { color: "#fff", width: 2 } },
});

// Two standard deviations around the centre: what a normal distribution expects of 86 of 100 customers.
const planeEllipse = (group) => {
  const [a, b, c] = data.map.covariances[group.segment];
  const middle = (a + c) / 2;
  const reach = Math.hypot((a - c) / 2, b);
  const [long, short] = [middle + reach, Math.max(middle - reach, 0)].map((variance) => 2 * Math.sqrt(variance));
  const tilt = Math.atan2(2 * b, a - c) / 2;
  const at = (step) => {
    const angle = (step / 60) * 2 * Math.PI;
    const [x, y] = [long * Math.cos(angle), short * Math.sin(angle)];
    return [
      data.map.centers[0][group.segment] + x * Math.cos(tilt) - y * Math.sin(tilt),
      data.map.centers[1][group.segment] + x * Math.sin(tilt) + y * Math.cos(tilt),
    ];
  };
  const outline = Array.from({ length: 61 }, (_, step) => at(step));
  return {
    type: "scatter", mode: "lines", hoverinfo: "skip", meta: group.segment,
    x: outline.map(([x]) => x), y: outline.map(([, y]) => y), line: { color: group.mark.colour, width: 2.5 },
  };
};

draw.plane = (element) => {
  const groups = members();
  const inSegments = groups.filter((group) => group.segment >= 0);
  const ellipses = data.map.covariances && data.map.axes.length > 1 ? inSegments.map(planeEllipse) : [];
  const [first, other] = data.map.axes.map(plain);
  return Plotly.newPlot(element, [...groups.map(planePoints), ...ellipses, ...inSegments.map(planeCenter)], layout({
    margin: { l: 48, r: 12, t: 26, b: 40 },
    hovermode: "closest",
    xaxis: axis(first),
    yaxis: other ? axis(other) : axis("segment", { dtick: 1, autorange: "reversed" }),
    annotations: [shownNote()],
  }), config);
};

const spacePoints = (group) => ({
  type: "scatter3d",
  mode: "markers",
  x: group.rows.map((row) => data.map.scores[0][row]),
  y: group.rows.map((row) => data.map.scores[1][row]),
  z: group.rows.map((row) => data.map.scores[2][row]),
  hoverinfo: "text",
  hovertext: group.rows.map(pointText),
  meta: group.segment,
  marker: { color: group.mark.colour, symbol: group.mark.symbol_3d, size: 2.8, opacity: 0.75 },
});

const HOME = { x: 1.5, y: 1.5, z: 0.75 };

const hasWebGL = () => {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
};

draw.space = async (element) => {
  if (!hasWebGL()) {
    fail(element, "This browser has no WebGL, which the picture in space needs. The plane shows the same customers.");
    return;
  }
  const title = (c) => ({
    title: { text: plain(data.map.axes[c].replace(" of variance", "")), font: { size: 11, color: SOFT } },
    gridcolor: LINE, zerolinecolor: "#b8c2cc", showbackground: false, tickfont: { size: 10 }, nticks: 6,
  });
  await Plotly.newPlot(element, members().map(spacePoints), layout({
    margin: { l: 0, r: 0, t: 26, b: 0 },
    dragmode: "turntable",
    scene: { xaxis: title(0), yaxis: title(1), zaxis: title(2), aspectmode: "cube", camera: { eye: HOME } },
    annotations: [shownNote()],
  }), { ...config, scrollZoom: false });
};

const STEP = Math.PI / 12;

// The camera's place after one step: around the vertical axis, or over the top.
const turned = ({ x, y, z }, direction) => {
  if (direction === "home") return HOME;
  const radius = Math.hypot(x, y, z);
  const around = { left: -STEP, right: STEP }[direction] ?? 0;
  const over = { up: STEP, down: -STEP }[direction] ?? 0;
  const longitude = Math.atan2(y, x) + around;
  const latitude = Math.min(Math.max(Math.asin(z / radius) + over, -1.5), 1.5);
  return {
    x: radius * Math.cos(latitude) * Math.cos(longitude),
    y: radius * Math.cos(latitude) * Math.sin(longitude),
    z: radius * Math.sin(latitude),
  };
};

const turn = (direction) => {
  const element = document.querySelector('[data-plot="space"]');
  if (!element?.layout?.scene) return;
  const eye = element.layout.scene.camera?.eye ?? HOME;
  Plotly.relayout(element, { "scene.camera.eye": turned(eye, direction) });
};

const showSegments = () => {
  const pressed = [...document.querySelectorAll('[data-segment][aria-pressed="true"]')];
  const visible = new Set(pressed.map((button) => Number(button.dataset.segment)));
  for (const element of document.querySelectorAll('[data-plot="plane"], [data-plot="space"]')) {
    if (element.data) Plotly.restyle(element, { visible: element.data.map((trace) => visible.has(trace.meta)) });
  }
};
