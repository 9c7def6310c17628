// A chart that stays: what the server says next changes the picture, it doesn't replace it.
//
// data: { figure: Plotly's JSON, height: in pixels, alt: what it shows, library: Plotly's address,
//         file: name of the pictures that can be kept, answers: whether a click means something }
// trigger "clicked", by a click on a point: { curve: number of its trace, index, x, y }

let library;

/** Plotly, loaded once for all charts of the page. */
function plotly(address) {
  library ??= new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => loaded(window.Plotly);
    script.onerror = () => failed(new Error(tr("{address} could not be loaded", { address })));
    document.head.append(script);
  });
  return library;
}

/** The decimal point and the comma of thousands, as the visitor's language has them. */
function separators() {
  const [, thousands, , point] = new Intl.NumberFormat(spoken).formatToParts(11111.5);
  return point.value + thousands.value;
}

/** The page's letters, colours and language, light or dark; a figure's own come before them. */
function template(box) {
  const style = getComputedStyle(box);
  const css = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const letters = (size, colour) => ({ family: css("font"), size, color: css(colour) });
  const grid = "rgba(138, 146, 156, 0.25)";
  const axis = {
    automargin: true,
    ticks: "",
    gridcolor: grid,
    zerolinecolor: grid,
    tickfont: letters(12, "gray-text-color"),
    title: { font: letters(14, "gray-text-color"), standoff: 20 },
  };
  return {
    data: { heatmap: [{ textfont: { color: css("text-color") } }] },
    layout: {
      separators: separators(),
      font: letters(12, "text-color"),
      colorway: css("chart-categorical-colors").split(","),
      xaxis: { ...axis, showgrid: false, zeroline: false },
      yaxis: axis,
      margin: { pad: 8 },
      hoverlabel: {
        bgcolor: css("background-color"),
        bordercolor: css("border-color"),
        font: letters(12, "text-color"),
      },
      modebar: {
        bgcolor: "rgba(0, 0, 0, 0)",
        color: css("gray-text-color"),
        activecolor: css("text-color"),
      },
    },
  };
}

/** A button that keeps a chart as a file, on the page's paper: on dark, letters are pale. */
function keeper(format, file) {
  const name = format.toUpperCase();
  return {
    name: tr("Save as {format}", { format: name }),
    icon: () => {
      const sign = document.createElement("span");
      sign.textContent = name;
      sign.style.cssText = "font: 600 11px var(--st-font); color: var(--st-gray-text-color)";
      return sign;
    },
    click: (box) => {
      const { width, height } = box._fullLayout;
      const paper = getComputedStyle(box).getPropertyValue("--st-background-color");
      const figure = { data: box.data, layout: { ...box.layout, paper_bgcolor: paper } };
      window.Plotly.downloadImage(figure, { format, filename: file, width, height, scale: 2 });
    },
  };
}

class Chart {
  constructor(box) {
    this.box = box;
    this.observer = new ResizeObserver(() => this.fit());
  }

  async show({ figure, height, alt, library, file, answers }, clicked) {
    this.clicked = answers ? clicked : () => {};
    this.box.style.height = `${height}px`;
    this.box.setAttribute("aria-label", alt);
    const Plotly = await plotly(library);
    // To ask for width and colours makes the browser lay the page out at once, so that is left
    // for when they may have changed. The same figure once more means another theme.
    this.width ||= this.box.clientWidth;
    if (!this.looks || figure === this.figure) this.looks = template(this.box);
    this.figure = figure;
    const { data, layout } = JSON.parse(figure);
    await Plotly.react(
      this.box,
      data,
      { ...layout, template: this.looks, width: this.width, height },
      {
        displaylogo: false,
        modeBarButtons: [["png", "svg"].map((format) => keeper(format, file))],
      },
    );
    if (this.isWatched) return;
    this.isWatched = true;
    this.observer.observe(this.box);
    this.box.on("plotly_click", ({ points: [{ curveNumber, pointIndex, x, y }] }) =>
      this.clicked({ curve: curveNumber, index: pointIndex, x, y }),
    );
  }

  fit() {
    if (!this.box.clientWidth || this.box.clientWidth === this.width) return;
    this.width = this.box.clientWidth;
    window.Plotly.relayout(this.box, { width: this.width });
  }

  forget() {
    this.observer.disconnect();
    window.Plotly?.purge(this.box);
  }
}

const charts = new WeakMap(); // Streamlit calls this for every run, on the same element

export default function ({ parentElement, data, setTriggerValue }) {
  hear(data);
  const box = parentElement.querySelector(".chart");
  if (!charts.has(box)) charts.set(box, new Chart(box));
  const chart = charts.get(box);
  chart.show(data, (point) => setTriggerValue("clicked", point)).catch((error) => {
    box.textContent = tr("This chart can't be drawn: {why}. Reload the page.", { why: error.message });
  });
  return () => chart.forget();
}
