/** How the server is doing, asked again while somebody looks. */

import { useQuery } from "@tanstack/react-query";

import { api, dataOf } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";

export type Status = components["schemas"]["StatusBody"];
export type ProviderStatus = components["schemas"]["ProviderStatus"];
export type ProviderQuota = components["schemas"]["ProviderQuota"];
export type QuotaWindow = components["schemas"]["QuotaBody"];
export type ToFix = components["schemas"]["ToFix"];
export type Circuit = components["schemas"]["CircuitBody"];
export const ORDERS = ["open", "close", "reset"] as const;
export type Order = (typeof ORDERS)[number];

const AGAIN_MS = 15_000; // TanStack Query waits while the tab is hidden
export const STATUS = ["status", "all"] as const;
export const CIRCUITS = ["status", "circuits"] as const;

export function useStatus() {
  return useQuery({
    queryKey: STATUS,
    queryFn: async ({ signal }) => dataOf(await api.GET("/api/v1/status/", { signal })),
    refetchInterval: AGAIN_MS,
  });
}

/** The circuits; for staff, whom the status tells by what it has for them. */
export function useCircuits() {
  return useQuery({
    queryKey: CIRCUITS,
    queryFn: async ({ signal }) => dataOf(await api.GET("/api/v1/circuits/", { signal })).circuits,
    refetchInterval: AGAIN_MS,
  });
}

/** Carry out an order; the circuit from now on. Throws ApiProblem. */
export async function sendOrder(provider: Circuit["provider"], order: Order): Promise<Circuit> {
  return dataOf(await api.POST("/api/v1/circuits/{provider}/{order}/", { params: { path: { provider, order } } }));
}
