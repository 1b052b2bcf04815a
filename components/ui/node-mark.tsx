import type { LucideIcon } from "lucide-react";
import {
  BookOpen,
  Bot,
  Braces,
  CircleCheck,
  Clock,
  FileText,
  GitBranch,
  Globe,
  Hand,
  ListChecks,
  MessageSquareText,
  PencilLine,
  Plug,
  Shuffle,
  Sparkles,
  Split,
  Star,
  TextCursorInput,
  Timer,
  UserCheck,
  Zap,
} from "lucide-react";

export type NodeFamily = "say" | "ask" | "think" | "do" | "decide" | "people" | "sell" | "start" | "end";

interface Mark {
  icon: LucideIcon;
  family: NodeFamily;
  name: string;
}

const marks: Record<string, Mark> = {
  start: { icon: Zap, family: "start", name: "Start" },
  message: { icon: MessageSquareText, family: "say", name: "Message" },
  template: { icon: FileText, family: "say", name: "Template" },
  rating: { icon: Star, family: "say", name: "Rating" },
  question: { icon: TextCursorInput, family: "ask", name: "Question" },
  choice: { icon: ListChecks, family: "ask", name: "Choice" },
  ai: { icon: Sparkles, family: "think", name: "AI" },
  ai_generate: { icon: Sparkles, family: "think", name: "Generate" },
  ai_extract: { icon: Braces, family: "think", name: "Extract" },
  ai_classify: { icon: Split, family: "think", name: "Classify" },
  classify: { icon: Split, family: "think", name: "Classify" },
  agent: { icon: Bot, family: "think", name: "AI agent" },
  knowledge: { icon: BookOpen, family: "think", name: "Knowledge answer" },
  api_call: { icon: Plug, family: "do", name: "API call" },
  http_request: { icon: Globe, family: "do", name: "HTTP request" },
  set_variable: { icon: PencilLine, family: "do", name: "Set variable" },
  condition: { icon: GitBranch, family: "decide", name: "Condition" },
  split: { icon: Shuffle, family: "decide", name: "A/B split" },
  delay: { icon: Timer, family: "decide", name: "Delay" },
  business_hours: { icon: Clock, family: "decide", name: "Opening hours" },
  handoff: { icon: Hand, family: "people", name: "Hand off" },
  hand_off: { icon: Hand, family: "people", name: "Hand off" },
  assign: { icon: UserCheck, family: "people", name: "Assign" },
  end: { icon: CircleCheck, family: "end", name: "End" },
};

const unknown: Mark = { icon: MessageSquareText, family: "decide", name: "Step" };

/** Icon, family and name of a node type; an AI node is told apart by its mode (generate, extract, classify). */
export function nodeMark(type: string, mode?: string | null): Mark {
  const key = type.replaceAll("-", "_");
  return (mode ? marks[`${key}_${mode}`] : undefined) ?? marks[key] ?? unknown;
}

/** The tinted tile of a node type. */
export function NodeTile(props: { type: string; mode?: string | null; size?: "s" | "m" }) {
  const mark = nodeMark(props.type, props.mode);
  const Icon = mark.icon;
  return (
    <span
      className={`tile ${mark.family === "end" ? "fin" : mark.family} ${props.size === "m" ? "m" : ""}`}
      aria-hidden="true"
    >
      <Icon size={props.size === "m" ? 16 : 14} strokeWidth={1.6} />
    </span>
  );
}
