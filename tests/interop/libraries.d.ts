/** Judges of badges that ship no types of their own. */
declare module "@digitalbazaar/vc";
