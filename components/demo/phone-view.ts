/** A message as the customer's phone shows it. */
export interface PhoneMessageView {
  id: string;
  mine: boolean;
  text: string;
  at: string;
  status?: "sent" | "delivered" | "read";
  buttons?: ReadonlyArray<{ id: string; title: string }>;
}
