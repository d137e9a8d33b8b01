import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";

import { download } from "@/lib/blobs";
import { useCommonWords } from "@/lib/common/words";
import { useLanguage } from "@/lib/language";

import { readAll, tableOf, toCsv } from "./csv";
import { type Filters, isFiltering, queryOf } from "./filters";
import { useHistoryWords } from "./words";

/** The plants that are shown, and those that are not loaded yet, as a table. */
export function Export({ filters }: { filters: Filters }) {
  const words = useHistoryWords();
  const common = useCommonWords();
  const language = useLanguage();
  const [isBusy, setBusy] = useState(false);
  const [said, say] = useState("");
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const save = async () => {
    const controller = new AbortController();
    running.current = controller;
    const count = new Intl.NumberFormat(language);
    setBusy(true);
    try {
      const plants = await readAll(
        queryOf(filters),
        (read) => {
          say(words.exporting(count.format(read)));
        },
        controller.signal,
      );
      download("plants.csv", new Blob([toCsv(tableOf(plants, words, common))], { type: "text/csv;charset=utf-8" }));
      say(words.exported(count.format(plants.length)));
    } catch {
      say(words.exportFailed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="export">
      <button type="button" className="quiet" disabled={isBusy} onClick={() => void save()}>
        {isFiltering(filters) ? words.exportFound : words.export}
      </button>
      <p role="status">{said}</p>
      <p className="note">
        {words.exportWhy} <Link to="/account">{words.account}</Link>.
      </p>
    </section>
  );
}
