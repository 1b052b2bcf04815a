const DIALLED = /^\+?[\d\s().\-/]{5,30}$/;

/** Whether a text can be a phone number at all: at least five digits and the signs people write between them. */
export function looksLikePhone(phone: string): boolean {
  return DIALLED.test(phone) && phone.replace(/\D/g, "").length >= 5;
}
