import type { ReactNode } from "react";
import { Navigate, Route, Routes, useLocation, useSearchParams } from "react-router";

import { ApiKeys } from "@/features/account/ApiKeys";
import { Confirming } from "@/features/account/Confirm";
import { Leaving } from "@/features/account/Leaving";
import { MyData } from "@/features/account/MyData";
import { isAppPath, safeNext } from "@/features/account/next";
import { Overview, Welcome } from "@/features/account/Overview";
import { ResetPassword } from "@/features/account/ResetPassword";
import { Sections } from "@/features/account/Sections";
import { Security } from "@/features/account/Security";
import { SignIn } from "@/features/account/SignIn";
import { SignUp } from "@/features/account/SignUp";
import { UsagePart } from "@/features/account/UsagePart";
import { useAccountWords } from "@/features/account/words";
import type { Me } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";
import { useMe } from "@/lib/me";

import { useAbout } from "../useAbout";
import { useTitle } from "../useTitle";
import { NotFoundPage } from "./NotFoundPage";

/** All below /account. */
export default function AccountPages() {
  const words = useAccountWords();
  return (
    <Routes>
      <Route index element={<Own title={words.account}>{(me) => <Overview me={me} />}</Own>} />
      <Route path="security" element={<Own title={words.security}>{(me) => <Security me={me} />}</Own>} />
      <Route path="keys" element={<Own title={words.keys}>{() => <ApiKeys />}</Own>} />
      <Route path="usage" element={<Own title={words.usage}>{() => <UsagePart />}</Own>} />
      <Route path="data" element={<Own title={words.data}>{(me) => <MyData me={me} />}</Own>} />
      <Route path="sign-in" element={<Entrance title={words.signIn} kind="sign-in" />} />
      <Route path="sign-up" element={<Entrance title={words.signUp} kind="sign-up" />} />
      <Route path="reset" element={<Entrance title={words.reset} kind="reset" />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}

/** For those who are not signed in yet; others go on at once. */
function Entrance({ title, kind }: { title: string; kind: "sign-in" | "sign-up" | "reset" }) {
  const [query] = useSearchParams();
  const { social, sign_up } = useAbout();
  const me = useMe();
  const next = safeNext(query.get("next"));
  useTitle(title);
  if (me && isAppPath(next)) return <Navigate to={next} replace />;
  if (kind === "sign-up") return <SignUp next={next} social={social} />;
  if (kind === "reset") return <ResetPassword next={next} />;
  return <SignIn next={next} social={social} canSignUp={sign_up} />;
}

/** A part of the account that is signed in. */
function Own({ title, children }: { title: string; children: (me: Me) => ReactNode }) {
  const common = useCommonWords();
  const { pathname } = useLocation();
  const { sign_up } = useAbout();
  const me = useMe();
  useTitle(title);
  if (me === undefined) return <p className="note">{common.loading}</p>;
  if (me === null) {
    if (pathname.replace(/\/$/, "") === "/account") return <Welcome canSignUp={sign_up} />;
    return <Navigate to={`/account/sign-in?next=${encodeURIComponent(pathname)}`} replace />;
  }
  return (
    <Confirming>
      <Leaving me={me} />
      <Sections />
      {children(me)}
    </Confirming>
  );
}
