/** A credential in one form, as it was signed: `jwt` (vc+jwt), `json` (Data Integrity), `eip712` (the twin). */
export type FormName = "jwt" | "json" | "eip712";

/** The texts of one credential, each byte for byte as it was signed; a form is missing where no key makes it. */
export type Forms = Partial<Record<FormName, string>>;

/** One revision of an award: what its credential said from then on. */
export type KeptForms = {
  /** The document of the award, and which of its revisions this says, from 1. */
  award: string;
  revision: number;
  forms: Forms;
  /** How often the award had been erased before what is in them was read. */
  erasures: number;
};

/** An endorsement of an award, by the document of the organisation that endorsed it. */
export type KeptEndorsement = { award: string; organization: string; forms: Forms };

/** What is kept beside the log of what was signed. A contract suite holds the adapters to it. */
export type FormStore = {
  /** How often awards were erased; those that never were are missing. Asked before anything personal is read. */
  erasures(awards: readonly string[]): Promise<Map<string, number>>;
  /**
   * Writes some hundred awards' forms in one statement. What stands already stays: the first are the ones. Those of an
   * award that was erased since are passed over.
   */
  keep(awards: readonly KeptForms[]): Promise<void>;
  /** Undefined where none were kept. */
  find(award: string, revision: number): Promise<Forms | undefined>;
  keepEndorsement(endorsement: KeptEndorsement & { erasures: number }): Promise<void>;
  /** Of one award, by the endorsing organisation's document. */
  endorsements(award: string): Promise<KeptEndorsement[]>;
  /** Forgets every revision of an award and what endorsed it, for what is in them is personal; counted before. */
  erase(award: string): Promise<void>;
};
