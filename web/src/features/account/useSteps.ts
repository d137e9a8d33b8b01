import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { personChanged, readMe } from "@/lib/me";

import { isAppPath } from "./next";
import { type Step, stepAfter } from "./steps";

/** From step to step, until somebody is signed in; then they go where they wanted to. */
export function useSteps(next: string) {
  const [step, setStep] = useState<Step>({ type: "sign-in" });
  const enter = useEnter(next);
  const go = async (action: Promise<unknown>) => {
    const after = await stepAfter(action);
    if (after.type === "signed-in") await enter();
    else setStep(after);
  };
  const restart = () => {
    setStep({ type: "sign-in" });
  };
  return { step, go, restart };
}

function useEnter(next: string): () => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    await personChanged(queries, await readMe());
    if (isAppPath(next)) await navigate(next, { replace: true });
    else window.location.assign(next);
  };
}
