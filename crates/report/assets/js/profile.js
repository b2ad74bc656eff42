// The heatmap of standardised differences: features down, segments across.

// Breaks a name into lines of about `width` characters, three at most.
const wrapped = (name, width) => {
  const lines = [""];
  for (const word of cut(name, width * 3).split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= width || lines.at(-1) === "") lines[lines.length - 1] = longer;
    else if (lines.length < 3) lines.push(word);
    else return [...lines.slice(0, 2), cut(`${lines[2]} …`, width)];
  }
  return lines;
};

const segmentTick = (segment, s, room) => {
  const lines = room < 90 ? [] : wrapped(segment.name, Math.floor(room / 7)).map((line) => label(line, 40));
  return [`<b>${s}</b>`, ...lines].join("<br>");
};

const signed = (value) => {
  if (value === null) return "";
  const text = Math.abs(value).toFixed(1);
  if (text === "0.0") return text;
  return (value < 0 ? "−" : "+") + text;
};

const profileText = (j, s, lines) => {
  const { features, difference } = data.profile;
  const distance = `${signed(difference[j][s]) || "–"} sd`;
  return [`<b>${plain(features[j])}</b>`, segmentTitle(s), distance, ...lines.map(plain)].join("<br>");
};

draw.profile = (element) => {
  const { features, difference, hover } = data.profile;
  const names = isNarrow() ? 16 : 30;
  const room = (element.clientWidth - names * 7 - 60) / data.segments.length;
  const extreme = Math.max(0, ...difference.flat().filter((value) => value !== null).map(Math.abs));
  const range = Math.min(Math.max(extreme, 1), 2.5);
  const trace = {
    type: "heatmap",
    x: data.segments.map((_, s) => s),
    y: features.map((_, j) => j),
    z: difference,
    text: difference.map((row) => row.map(signed)),
    texttemplate: room >= 34 ? "%{text}" : "",
    hoverinfo: "text",
    hovertext: hover.map((row, j) => row.map((lines, s) => profileText(j, s, lines))),
    colorscale: DIVERGING,
    zmin: -range,
    zmax: range,
    xgap: 2,
    ygap: 2,
    colorbar: {
      orientation: "h", thickness: 10, len: isNarrow() ? 1 : 0.5, y: 0, yanchor: "top", ypad: 14,
      title: {
        text: isNarrow() ? "sd from all customers" : "standard deviations (sd) from all customers",
        side: "bottom", font: { size: 12, color: SOFT },
      },
    },
  };
  return Plotly.newPlot(element, [trace], layout({
    dragmode: false,
    margin: { l: 8, r: 8, t: 8, b: 64 },
    xaxis: axis("", {
      side: "top", showgrid: false, fixedrange: true,
      tickvals: trace.x, ticktext: data.segments.map((segment, s) => segmentTick(segment, s, room)), tickangle: 0,
    }),
    yaxis: axis("", {
      autorange: "reversed", showgrid: false, fixedrange: true,
      tickvals: trace.y, ticktext: features.map((name) => label(name, names)),
    }),
  }), config);
};
