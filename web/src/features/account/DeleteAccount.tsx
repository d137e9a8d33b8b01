import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/lib/api/client";
import { useCommonWords } from "@/lib/common/words";
import { refreshMe } from "@/lib/me";

import { useConfirmed } from "./Confirm";
import { Form } from "./Form";
import { useAccountWords } from "./words";

/** Asked twice, and confirmed by the password; then there are still some days to undo it. */
export function DeleteAccount() {
  const words = useAccountWords();
  const common = useCommonWords();
  const confirmed = useConfirmed();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  return (
    <section className="panel" aria-labelledby="delete-title">
      <h2 id="delete-title">{words.delete}</h2>
      <p>{words.deleteWhy}</p>
      {asked ? (
        <>
          <p className="notice">{words.deleteSure}</p>
          <Form
            label={words.delete}
            button={words.deleteNow}
            danger
            send={async () => {
              await confirmed(() => api.DELETE("/api/v1/me/"));
              await refreshMe(queries);
            }}
            after={
              <button
                type="button"
                onClick={() => {
                  setAsked(false);
                }}
              >
                {common.cancel}
              </button>
            }
          />
        </>
      ) : (
        <button
          type="button"
          className="danger"
          onClick={() => {
            setAsked(true);
          }}
        >
          {words.deleteBegin}
        </button>
      )}
    </section>
  );
}
