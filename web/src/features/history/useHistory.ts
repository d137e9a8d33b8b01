import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import type { Identification } from "@/lib/api/types";
import { cursorOf, readHistory } from "@/lib/identification/history";

import { type Filters, queryOf } from "./filters";

const LOOK_AGAIN_MS = 5000; // while one is on its way
const KEY = ["history", "list"] as const;

/** The plants that pass the filters, page by page. */
export function useHistory(filters: Filters) {
  return useInfiniteQuery({
    queryKey: [...KEY, filters],
    queryFn: ({ pageParam, signal }) =>
      readHistory({ ...queryOf(filters), ...(pageParam && { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => cursorOf(last.next),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.results.some(isRunning)) ? LOOK_AGAIN_MS : false,
  });
}

function isRunning({ status }: Identification): boolean {
  return status === "running";
}
