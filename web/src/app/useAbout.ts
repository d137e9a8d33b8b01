import { useQuery } from "@tanstack/react-query";

import { api, dataOf } from "@/lib/api/client";
import type { ProviderName } from "@/lib/api/types";

interface About {
  demo: boolean;
  providers: ProviderName[];
  social: string[]; // other services one may sign in with
  sign_up: boolean;
}

const UNKNOWN: About = { demo: false, providers: ["plant_id", "plantnet"], social: [], sign_up: true };

/** What this server offers; both providers while it does not say. */
export function useAbout(): About {
  const { data } = useQuery({
    queryKey: ["about"],
    queryFn: async () => dataOf(await api.GET("/api/v1/about/")) as unknown as About,
    staleTime: Infinity,
  });
  return data ?? UNKNOWN;
}
