// What all pictures share: the data, safe texts, the look, and drawing only what is in sight.

const data = JSON.parse(document.getElementById("data").textContent);

// plotly.js reads a subset of HTML in its texts; nothing from the data may be read so.
const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

// Cuts in the middle: long names tend to differ at either end.
const cut = (text, limit) => {
  const characters = Array.from(String(text));
  if (characters.length <= limit) return characters.join("");
  const head = Math.ceil((limit - 1) / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(head + 1 - limit).join("")}`;
};
const label = (text, limit = 26) => plain(cut(text, limit));

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const count = new Intl.NumberFormat("en");
const show = (value) => (value === null ? "–" : number.format(value).replace("-", "−"));

const INK = "#1f2933";
const SOFT = "#52606d";
const LINE = "#dde3e9";
const ACCENT = "#0b5a8f";
const NOISE = { name: "in no segment", colour: "#8a949e", symbol: "circle-open", symbol_3d: "circle-open" };
// Blue below, orange above: told apart with every common kind of colour blindness.
const DIVERGING = [[0, "#2166ac"], [0.25, "#92c5de"], [0.5, "#f8f8f8"], [0.75, "#fdb863"], [1, "#b35806"]];

const isTouch = matchMedia("(pointer: coarse)").matches;
const isNarrow = () => document.documentElement.clientWidth < 640;

const segmentTitle = (s) => (s < 0 ? "in no segment" : `Segment ${s}: ${label(data.segments[s].name, 60)}`);

const layout = (extra) => ({
  font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: INK },
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  margin: { l: 48, r: 12, t: 12, b: 40 },
  showlegend: false,
  hoverlabel: { align: "left", bgcolor: "#fff", bordercolor: "#b8c2cc", font: { color: INK, size: 12 } },
  // On a touch screen a finger on the picture scrolls the page.
  dragmode: isTouch ? false : "zoom",
  ...extra,
});

const axis = (title, extra) => ({
  title: { text: title, standoff: 8, font: { size: 12, color: SOFT } },
  gridcolor: LINE,
  linecolor: LINE,
  zeroline: false,
  automargin: true,
  separatethousands: true,
  ...extra,
});

const config = {
  displaylogo: false,
  responsive: true,
  displayModeBar: isTouch ? false : "hover",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "tableRotation", "resetCameraLastSave3d"],
};

// The drawing function of each kind of picture, by the name in its element's data-plot.
const draw = {};

const drawn = new Set();

const fail = (element, message) => {
  const note = document.createElement("p");
  note.className = "note failed";
  note.textContent = message;
  element.replaceChildren(note);
};

const drawNow = async (element) => {
  if (drawn.has(element)) return;
  drawn.add(element);
  try {
    await draw[element.dataset.plot](element);
    element.dataset.drawn = "true";
  } catch (error) {
    console.error(error);
    fail(element, "This picture could not be drawn in this browser.");
  }
};
