import { useEffect } from "react";

/** The title of the page, as tabs and screen readers say it. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Plant Community`;
  }, [title]);
}
