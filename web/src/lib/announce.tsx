/** Tells those who cannot see the page what happened on it. */

let region: HTMLElement | null = null;

export function announce(sentence: string): void {
  if (region) region.textContent = sentence;
}

/** The place where announcements are read from; once on the page. */
export function Announcements() {
  return (
    <p
      className="hidden"
      id="status"
      role="status"
      ref={(element) => {
        region = element;
      }}
    />
  );
}
