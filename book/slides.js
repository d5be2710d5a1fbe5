// For a PDF, all slides stand one below the other, and nothing moves.
const onPaper = location.search === "?print";
document.documentElement.classList.toggle("on-paper", onPaper);

// Formulas first, so that slides are laid out with them.
window.MathJax = {
  options: { enableMenu: false },
  startup: {
    pageReady: () =>
      MathJax.startup.defaultPageReady().then(
        () =>
          onPaper ||
          Reveal.initialize({
            width: 1280,
            height: 720,
            margin: 0.03,
            center: false,
            hash: true,
            slideNumber: "c/t",
            transition: "none",
            plugins: [RevealNotes],
          }),
      ),
  },
};
