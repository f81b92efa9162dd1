/** Whether a number has so many digits that it stands in a run or does not: three, or a decimal (T11). */
export function isTelling(text: string): boolean {
  return /\d[.]\d/.test(text) || text.replace(/\D/g, '').length >= 3;
}
