"use client";
import "./demo.css";
import "./trace.css";
import type { ReactNode } from "react";

/** The demo in one screen: the customer's phone on the left, everything it causes on the right. */
export function Cockpit(props: { phone: ReactNode; trace: ReactNode }) {
  return (
    <div className="demo">
      {props.phone}
      {props.trace}
    </div>
  );
}
