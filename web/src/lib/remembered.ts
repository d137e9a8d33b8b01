/** Words that this browser keeps from one visit to the next; one that keeps nothing goes on without them. */

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** At once, and so also while the page is being left; null forgets it. */
export function remember(key: string, words: string | null): void {
  try {
    if (words === null) localStorage.removeItem(key);
    else localStorage.setItem(key, words);
  } catch {
    // then it holds as long as the page
  }
}
