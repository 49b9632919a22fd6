// The shapes that travel between the server and the app, and those that the app keeps.
type Status = "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
type PlanItem = { text: string; done: boolean };
type Question = { id: string; text: string; options?: string[] };
type Agent = {
  id: string; number: number; repoUrl: string; repoName: string; branch: string | null;
  taskDescription: string; title: string; status: Status; phase: string; progress: number;
  model: string | null; source: string; plan: PlanItem[]; question: Question | null;
  reason: string | null; place: string | null; placeNote: string | null; version: number;
  metadata: {
    filesChanged: number; linesAdded: number; linesRemoved: number; prUrl: string | null;
    prNumber: number | null; estimatedCost: number;
  };
  createdAt: string; updatedAt: string; startedAt: string | null; completedAt: string | null;
};
type LogEvent = { seq: number; kind: string; at: string; data: any };
type FileDiff = {
  path: string; oldPath?: string; status: string; additions: number; deletions: number; patch?: string;
};
type Candidate = { id: string; kind: "agent" | "repo"; label: string; detail: string };
type Command = {
  id: string; transcript: string; intent: string; state: string; reply: string; speech: string;
  language: string; candidates?: Candidate[];
  confirm?: { action: string; summary: string; expiresAt: string };
  agent?: Agent; agents?: Agent[]; undoUntil?: string; entities?: any;
};
type Turn = {
  key: string; text?: string; seconds?: number; at: number; result?: Command;
  state: "sending" | "queued" | "answered" | "failed"; error?: string;
};
type Outgoing = {
  key: string; path: string; kind: string; label: string; at: number; body?: any; audio?: Blob;
  held?: boolean; tried?: number;
};
type Me = {
  id: number; login: string; name: string | null; avatarUrl: string | null; csrfToken: string;
  language: string; features: { voice: boolean; push: boolean }; sttLowTrust: boolean;
};
type Preferences = {
  defaultRepo: string | null; defaultModel: string | null; budgetUsd: number | null; language: string;
  speak: "off" | "short" | "full"; sendAtOnce: boolean; notify: Record<string, boolean>; models?: string[];
};
type Repo = { id: number; fullName: string; private: boolean; defaultBranch: string; language?: string };
type Link = "connecting" | "live" | "polling" | "lost" | "offline";
type State = {
  me: Me | null | undefined; agents: Record<string, Agent>; loaded: boolean; preferences: Preferences;
  repos: Repo[] | null; link: Link; queue: Outgoing[]; turns: Turn[]; update: (() => void) | null; said: string;
  route: Route; stale: boolean; install: any; problem: string; shown: boolean;
  /** Whether the server said that *me* is the one who is signed in. */
  sure: boolean;
};
type Route = { screen: string; id: string; speak: boolean };
