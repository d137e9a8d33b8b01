import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Component, lazy, type ReactNode } from "react";
import { BrowserRouter, Route, Routes } from "react-router";

import { ApiProblem } from "@/lib/api/problem";

import { Layout } from "./Layout";
import IdentifyPage from "./pages/IdentifyPage";
import PlantPage from "./pages/PlantPage";
import { FaultPage, NotFoundPage } from "./pages/NotFoundPage";

const HistoryPage = lazy(() => import("./pages/HistoryPage"));
const GuidesPage = lazy(() => import("./pages/GuidesPage"));
const GuidePage = lazy(() => import("./pages/GuidePage"));
const StatusPage = lazy(() => import("./pages/StatusPage"));
const AccountPages = lazy(() => import("./pages/AccountPages"));

const TRIES_MAX = 2;

export function newQueryClient(): QueryClient {
  const isWorthAnother = (failures: number, error: unknown) =>
    failures < TRIES_MAX && error instanceof ApiProblem && error.problem.code === "unreachable";
  return new QueryClient({ defaultOptions: { queries: { retry: isWorthAnother, staleTime: 10_000 } } });
}

const queries = newQueryClient();

export function App() {
  return (
    <Faults>
      <QueryClientProvider client={queries}>
        <BrowserRouter>
          <Routes>
            <Route element={<Layout />}>
              <Route index element={<IdentifyPage />} />
              <Route path="plants" element={<HistoryPage />} />
              <Route path="plants/:id" element={<PlantPage />} />
              <Route path="care" element={<GuidesPage />} />
              <Route path="care/:slug" element={<GuidePage />} />
              <Route path="status" element={<StatusPage />} />
              <Route path="account/*" element={<AccountPages />} />
              <Route path="*" element={<NotFoundPage />} />
            </Route>
          </Routes>
        </BrowserRouter>
      </QueryClientProvider>
    </Faults>
  );
}

/** A fault of ours ends in a page that says so, not in an empty one. */
class Faults extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? <FaultPage /> : this.props.children;
  }
}
