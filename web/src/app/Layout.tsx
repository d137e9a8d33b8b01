import { Suspense, useEffect, useRef } from "react";
import { Link, NavLink, Outlet, useLocation } from "react-router";

import { Announcements } from "@/lib/announce";
import { useCommonWords } from "@/lib/common/words";
import { useOffline } from "@/lib/connection";
import { chooseLanguage, firstKnown, LANGUAGES, useLanguage } from "@/lib/language";
import { useMe } from "@/lib/me";
import { useDeletionsOpen } from "@/features/history/deletions";
import { useOutboxOpen } from "@/features/outbox/Waiting";

import { useAbout } from "./useAbout";
import { useAppWords } from "./words/words";

/** The frame of every page. */
export function Layout() {
  const words = useAppWords();
  const common = useCommonWords();
  const language = useLanguage();
  useOutboxOpen();
  useDeletionsOpen();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <>
      <a className="skip" href="#main">
        {words.skip}
      </a>
      <header>
        <div className="top">
          <Link className="brand" to="/">
            <img src="/static/web/icon.svg" alt="" width="36" height="36" /> Plant Community
          </Link>
          <Menu />
        </div>
        <Banners />
      </header>
      <Main>
        <Suspense fallback={<p className="note">{common.loading}</p>}>
          <Outlet />
        </Suspense>
      </Main>
      <footer className="foot">
        <p>{words.neverEat}</p>
        <p>{words.credits}</p>
        <p>
          <a href="/api/docs/">{words.api}</a>
        </p>
        <LanguageChoice />
      </footer>
      <Announcements />
    </>
  );
}

function Menu() {
  const words = useAppWords();
  const me = useMe();
  const entries = [
    ["/", words.identify],
    ["/plants", words.plants],
    ["/care", words.guides],
    ["/status", words.status],
    ["/account", me === null ? words.signIn : words.account],
  ] as const;
  return (
    <nav className="menu" aria-label={words.site}>
      {entries.map(([to, name]) => (
        <NavLink key={to} to={to} end={to === "/"}>
          {name}
        </NavLink>
      ))}
    </nav>
  );
}

function Banners() {
  const words = useAppWords();
  const isOffline = useOffline();
  const { demo } = useAbout();
  return (
    <>
      {demo && (
        <p className="banner demo">
          <strong>{words.demo}</strong> {words.demoWhy}
        </p>
      )}
      {isOffline && (
        <p className="banner" id="offline" role="status">
          {words.offline}
        </p>
      )}
    </>
  );
}

/** A new page begins at its top, and its content has the focus. */
function Main({ children }: { children: React.ReactNode }) {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else {
      window.scrollTo({ top: 0 });
      const isFocusInside = main.current?.contains(document.activeElement);
      if (!isFocusInside) main.current?.focus({ preventScroll: true });
    }
  }, [pathname]);
  return (
    <main id="main" tabIndex={-1} ref={main}>
      {children}
    </main>
  );
}

function LanguageChoice() {
  const words = useAppWords();
  const language = useLanguage();
  return (
    <p className="language">
      <label htmlFor="language">{words.language}</label>{" "}
      <select
        id="language"
        value={language}
        onChange={(event) => {
          chooseLanguage(firstKnown([event.target.value]));
        }}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </p>
  );
}
