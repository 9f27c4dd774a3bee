/** One question at a time: while it is under way only the newest of those that come is kept, and asked next. */
export class Latest<Question> {
  private busy = false
  private next: { question: Question } | null = null

  constructor(private readonly ask: (question: Question) => Promise<void>) {}

  put(question: Question): void {
    this.next = { question }
    if (!this.busy) void this.run()
  }

  /** What waits is not asked any more. */
  drop(): void {
    this.next = null
  }

  private async run(): Promise<void> {
    this.busy = true
    try {
      while (this.next) {
        const { question } = this.next
        this.next = null
        await this.ask(question)
      }
    } finally {
      this.busy = false
    }
  }
}
