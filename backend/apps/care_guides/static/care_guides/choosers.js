/* Opens Wagtail's choosers of dates and times, which its own templates do by scripts inside the page.
   Ours leave a mark beside the input (templates/wagtailadmin/widgets), so that the policy needs no inline scripts. */
const OPENERS = { date: "initDateChooser", time: "initTimeChooser", datetime: "initDateTimeChooser" };

function openChoosers() {
  for (const mark of document.querySelectorAll("[data-chooser]")) {
    const open = window[OPENERS[mark.dataset.chooser]];
    if (open && document.getElementById(mark.dataset.for)) {
      open(mark.dataset.for, JSON.parse(mark.dataset.config));
      mark.remove();
    }
  }
}

new MutationObserver(openChoosers).observe(document.documentElement, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", openChoosers);
