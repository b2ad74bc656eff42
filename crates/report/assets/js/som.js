// The self-organising map: units drawn as what they are, hexagons or squares, with the borders of segments.

// The kind of element that the marks of segments are.
const SVG = document.querySelector("svg").namespaceURI;
const BORDER = "#1f2933";
const svgPart = (name, attributes) => {
  const part = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  return part;
};

// The outline of a unit as a path; y grows upwards on a map and downwards on a screen.
const unitPath = (unit, scale = 1) => {
  const [x, y] = data.som.places[unit];
  const corners = data.som.outline.map(([dx, dy]) => `${(x + dx * scale).toFixed(3)} ${(-y - dy * scale).toFixed(3)}`);
  return `M${corners.join("L")}Z`;
};

// Where two units of different segments touch, the side that they share.
const borderPath = () => {
  const { places, outline, segments } = data.som;
  const key = (x, y) => `${Math.round(x * 100)},${Math.round(y * 100)}`;
  const at = new Map(places.map(([x, y], unit) => [key(x, y), unit]));
  const sides = outline.map((corner, i) => [corner, outline[(i + 1) % outline.length]]);
  const found = [];
  places.forEach(([x, y], unit) => {
    for (const [[ax, ay], [bx, by]] of sides) {
      const beside = at.get(key(x + ax + bx, y + ay + by));
      if (beside === undefined || beside < unit || segments[beside] === segments[unit]) continue;
      found.push(`M${(x + ax).toFixed(3)} ${(-y - ay).toFixed(3)}L${(x + bx).toFixed(3)} ${(-y - by).toFixed(3)}`);
    }
  });
  return found.join("");
};

const mapBox = () => {
  const { places, outline } = data.som;
  const reach = (c) => Math.max(...outline.map((corner) => corner[c]));
  const side = (c) => {
    const values = places.map((place) => place[c]);
    return [Math.min(...values) - reach(c) - 0.1, Math.max(...values) + reach(c) + 0.1];
  };
  const [left, right] = side(0);
  const [bottom, top] = side(1);
  return [left, -top, right - left, top - bottom];
};

// Units of one colour are one path: a map of thousands of units stays light.
const paint = (svg, colours, scale = () => 1) => {
  const byColour = new Map();
  colours.forEach((colour, unit) => {
    if (!byColour.has(colour)) byColour.set(colour, []);
    byColour.get(colour).push(unitPath(unit, scale(unit)));
  });
  for (const [colour, paths] of byColour) {
    svg.append(svgPart("path", { d: paths.join(""), fill: colour, stroke: colour, "stroke-width": 0.02 }));
  }
};

const mixed = (from, to, share) => {
  const channel = (text, i) => parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16);
  const parts = [0, 1, 2].map((i) => Math.round(channel(from, i) + (channel(to, i) - channel(from, i)) * share));
  return `rgb(${parts.join(",")})`;
};

// A colour of a scale of stops; in 48 steps, so that few colours serve many units.
const STEPS = 48;
const colourAt = (stops, share) => {
  const at = Math.round(Math.min(Math.max(share, 0), 1) * STEPS) / STEPS;
  const next = Math.max(stops.findIndex(([stop]) => stop >= at), 1);
  const [[from, a], [to, b]] = [stops[next - 1], stops[next]];
  return mixed(a, b, (at - from) / (to - from));
};
const RIDGES = [[0, "#f4f6f8"], [0.5, "#9aa9b8"], [1, "#25313d"]];
const UNKNOWN = "#f0f0f0";
const segmentColour = (segment) => (segment < 0 ? NOISE.colour : data.segments[segment].colour);

const shownValue = ({ medians, is_share: isShare }, unit) => {
  const value = medians[unit];
  if (value === null) return "–";
  return isShare ? `${Math.round(value * 100)}% of them` : `median ${show(value)}`;
};

// Who the customers of a unit are: what they differ in most, if no feature is asked for.
const unitLines = (unit, planes) => {
  const { sizes, segments } = data.som;
  const strongest = [...data.som.planes].sort((a, b) => Math.abs(b.values[unit]) - Math.abs(a.values[unit]));
  const told = sizes[unit] ? planes ?? strongest.slice(0, 5) : [];
  const segment = segments[unit] < 0 ? "in no segment" : `Segment ${segments[unit]}: ${cut(data.segments[segments[unit]].name, 60)}`;
  return [
    sizes[unit] === 1 ? "1 customer" : `${count.format(sizes[unit])} customers`,
    segment,
    ...told.map((plane) => `${cut(plane.feature, 36)}: ${shownValue(plane, unit)}`),
  ];
};

// The unit under a pointer: the nearest middle, if it is near at all.
const unitAt = (svg, event) => {
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const away = data.som.places.map(([x, y]) => Math.hypot(x - place.x, -y - place.y));
  const unit = away.indexOf(Math.min(...away));
  return away[unit] < 0.75 ? unit : -1;
};

const marks = [];
const markUnit = (unit) => {
  for (const mark of marks) mark.setAttribute("d", unit < 0 ? "" : unitPath(unit));
};

const showTip = (element, tip, event, lines) => {
  tip.replaceChildren(...lines.map((line, i) => {
    const part = document.createElement(i === 0 ? "b" : "span");
    part.textContent = line;
    return part;
  }));
  const box = element.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  tip.hidden = false;
  // Beside the pointer, on the side where there is room on the screen.
  const isLeft = event.clientX + tip.offsetWidth + 24 > document.documentElement.clientWidth;
  tip.style.left = `${Math.max(isLeft ? x - tip.offsetWidth - 14 : x + 14, 4 - box.left)}px`;
  tip.style.top = `${y + 14}px`;
};

const drawMap = (element, colours, { planes, scale, ground, texts = [] } = {}) => {
  const svg = svgPart("svg", { viewBox: mapBox().map((value) => value.toFixed(3)).join(" "), "aria-hidden": "true" });
  if (ground) paint(svg, ground);
  paint(svg, colours, scale);
  svg.append(svgPart("path", { d: borderPath(), fill: "none", stroke: BORDER, "stroke-width": 0.13, "stroke-linecap": "round" }));
  svg.append(...texts);
  const mark = svgPart("path", { d: "", fill: "none", stroke: "#d6006c", "stroke-width": 0.2, "stroke-linejoin": "round" });
  marks.push(mark);
  svg.append(mark);
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  const point = (event) => {
    const unit = unitAt(svg, event);
    markUnit(unit);
    if (unit < 0) tip.hidden = true;
    else showTip(element, tip, event, unitLines(unit, planes));
  };
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.addEventListener("pointerleave", () => { tip.hidden = true; markUnit(-1); });
  element.replaceChildren(svg, tip);
};

// The number of each segment at the unit of it that is nearest to the middle of its customers.
const segmentNumbers = () => {
  const { places, sizes, segments } = data.som;
  return data.segments.flatMap((_, segment) => {
    const units = places.map((_, unit) => unit).filter((unit) => segments[unit] === segment && sizes[unit] > 0);
    if (units.length === 0) return [];
    const total = units.reduce((sum, unit) => sum + sizes[unit], 0);
    const middle = [0, 1].map((c) => units.reduce((sum, unit) => sum + places[unit][c] * sizes[unit], 0) / total);
    const away = (unit) => Math.hypot(places[unit][0] - middle[0], places[unit][1] - middle[1]);
    const [x, y] = places[units.reduce((best, unit) => (away(unit) < away(best) ? unit : best))];
    const text = svgPart("text", { x, y: -y, class: "segment-number" });
    text.textContent = segment;
    return [text];
  });
};

draw["som-segments"] = (element) => {
  const { sizes, segments } = data.som;
  const most = Math.max(...sizes, 1);
  const ground = segments.map((segment) => mixed(segmentColour(segment), "#ffffff", 0.72));
  const scale = (unit) => 0.95 * Math.sqrt(sizes[unit] / most);
  drawMap(element, segments.map(segmentColour), { scale, ground, texts: segmentNumbers() });
};

draw["som-distances"] = (element) => {
  const { distances } = data.som;
  const [low, high] = [Math.min(...distances), Math.max(...distances)];
  drawMap(element, distances.map((value) => colourAt(RIDGES, high > low ? (value - low) / (high - low) : 0)));
};

draw["som-plane"] = (element) => {
  const plane = data.som.planes[Number(element.dataset.index)];
  const { sizes } = data.som;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const mean = plane.values.reduce((sum, value, unit) => sum + value * sizes[unit], 0) / total;
  const reach = Math.max(...plane.values.map((value) => Math.abs(value - mean))) || 1;
  const colour = (value) => (value === null ? UNKNOWN : colourAt(DIVERGING, 0.5 + (value - mean) / (2 * reach)));
  drawMap(element, plane.values.map(colour), { planes: [plane] });
};
