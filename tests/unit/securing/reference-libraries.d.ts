/** The independent implementations that tests compare with; none ships types. */
declare module "@digitalbazaar/data-integrity";
declare module "@digitalbazaar/ecdsa-jcs-2019-cryptosuite";
declare module "@digitalbazaar/ecdsa-multikey";
declare module "@digitalbazaar/ecdsa-rdfc-2019-cryptosuite";
declare module "@digitalbazaar/ed25519-multikey";
declare module "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
declare module "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
declare module "jsonld-signatures";
