// The tree of merges, lying on its side: leaves from top to bottom, heights from left to right.

// The place, height and colour of every node. A node has its segment's colour while all its leaves
// share the segment.
const treeNodes = () => {
  const { leaves, merges } = data.tree;
  const nodes = leaves.map(([size, height, segment], place) => ({ place, height, size, segment }));
  for (const [left, right, height, size] of merges) {
    const [a, b] = [nodes[left], nodes[right]];
    nodes.push({
      place: (a.place + b.place) / 2, height, size, segment: a.segment === b.segment ? a.segment : -1, a, b,
    });
  }
  return nodes;
};

const branchColour = ({ segment }) => (segment < 0 ? SOFT : data.segments[segment].colour);

// A bracket from one branch over the height of the merge to the other, each half in its branch's colour.
const bracket = ({ a, b, height, place }) => [a, b].map((child) => ({
  type: "scatter", mode: "lines", hoverinfo: "skip",
  x: [child.b ? child.height : 0, height, height], y: [child.place, child.place, place],
  line: { color: branchColour(child), width: child.segment < 0 ? 1.5 : 2.5 },
}));

const joints = (nodes) => ({
  type: "scatter", mode: "markers", hoverinfo: "text",
  x: nodes.map((node) => node.height), y: nodes.map((node) => node.place),
  marker: { size: 9, color: "rgba(0,0,0,0)" },
  text: nodes.map((node) => `${count.format(node.size)} customers<br>merged at ${show(node.height)}`),
});

const tips = (nodes) => ({
  type: "scatter", mode: "markers", hoverinfo: "text",
  x: nodes.map(() => 0), y: nodes.map((node) => node.place),
  marker: {
    size: 8, color: nodes.map(branchColour), symbol: nodes.map(({ segment }) => data.segments[segment].symbol),
  },
  text: nodes.map(({ size, segment }, i) => {
    const share = Math.round(data.tree.leaves[i][3] * 100);
    return `${count.format(size)} customers, ${share}% of them in<br>${segmentTitle(segment)}`;
  }),
});

draw.dendrogram = (element) => {
  const nodes = treeNodes();
  const n = data.tree.leaves.length;
  const merged = nodes.slice(n);
  const top = Math.max(...nodes.map((node) => node.height));
  return Plotly.newPlot(element, [...merged.flatMap(bracket), joints(merged), tips(nodes.slice(0, n))], layout({
    margin: { l: 12, r: 16, t: 12, b: 40 },
    dragmode: false,
    xaxis: axis("height of the merge", { range: [-top * 0.02, top * 1.03], fixedrange: true }),
    yaxis: axis("customers", {
      range: [n - 0.4, -0.6], showgrid: false, fixedrange: true,
      tickvals: nodes.slice(0, n).map((node) => node.place),
      ticktext: data.tree.leaves.map(([size, , segment]) => `${count.format(size)} · <b>${segment}</b>`),
      tickfont: { size: 11 }, title: undefined,
    }),
  }), config);
};
