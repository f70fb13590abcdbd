const numbers = JSON.parse(document.getElementById("numbers").textContent);
const COLOURS = ["#2a7fb8", "#d1603d", "#3c8d5a", "#8a5fb0", "#b8902a", "#3aa6a6", "#c2588e", "#6b6b6b", "#7a9a2e", "#a0522d", "#1f4e79"];
const REST = "#c4c4c4";
const SIGNS = ["circle", "diamond"];

/* Plotly reads some marks of HTML in text: none is to come from a corpus. */
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const bare = { showgrid: false, zeroline: false, showticklabels: false };
Plotly.newPlot("points", numbers.groups.map((group, place) => ({
  type: "scattergl", mode: "markers", x: group.x, y: group.y,
  name: plain(group.name.length > 48 ? `${group.name.slice(0, 47)}…` : group.name),
  hovertext: group.text.map(plain), hoverinfo: "text",
  marker: { size: 8, opacity: group.rest ? 0.5 : 0.8, color: group.rest ? REST : COLOURS[place % COLOURS.length], symbol: SIGNS[Math.floor(place / COLOURS.length) % SIGNS.length] },
})), {
  font: { family: 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif', size: 13, color: "#222" },
  margin: { l: 10, r: 10, t: 10, b: 10 }, xaxis: bare, yaxis: { ...bare, scaleanchor: "x" },
  paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", hovermode: "closest",
}, { displayModeBar: false, responsive: true });
