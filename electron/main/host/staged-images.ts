/** What the window has staged and not saved. It lives in the window; here it is known by name, for the question before quitting. */
export class StagedImages {
  private names: readonly string[] = []

  note(names: readonly string[]): void {
    this.names = names
  }

  list(): readonly string[] {
    return this.names
  }
}
