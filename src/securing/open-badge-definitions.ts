// The rules of Open Badges 3.0 for a credential in JSON, by the property tables of the specification's data model
// (https://www.imsglobal.org/spec/ob/v3p0/#data-models): what must stand, how often, and of which type. What they take,
// ob_v3p0_achievementcredential_schema.json of 1EdTech takes too; beyond it they hold URIs, e-mail addresses and country
// codes to the form that the tables name.
import type { JsonSchema } from "./json-schema.ts";

export const badgeSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2019-09/schema",
  title: "An OpenBadgeCredential of Open Badges 3.0",
  $ref: "#/$defs/achievementCredential",
  get $defs() {
    return definitions;
  },
};

export const endorsementSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2019-09/schema",
  title: "An EndorsementCredential of Open Badges 3.0",
  $ref: "#/$defs/endorsementCredential",
  get $defs() {
    return definitions;
  },
};

const text: JsonSchema = { type: "string" };
const uri: JsonSchema = { type: "string", format: "uri" };
const number: JsonSchema = { type: "number" };
const time: JsonSchema = { type: "string", format: "date-time" };
const compactJws: JsonSchema = { type: "string", pattern: "^[-A-Za-z0-9_]+\\.[-A-Za-z0-9_]*\\.[-A-Za-z0-9_]+$" };

const listOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const refer = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

/** A set of types that names this one. */
function typed(name: string): JsonSchema {
  return { type: "array", minItems: 1, items: text, contains: { const: name } };
}

function object(required: readonly string[], properties: Record<string, JsonSchema>): JsonSchema {
  return { type: "object", required, properties };
}

/** An object that takes no members of others. */
function closed(required: readonly string[], properties: Record<string, JsonSchema>): JsonSchema {
  return { ...object(required, properties), additionalProperties: false };
}

/** One of the known words, or one of an extension, which `ext:` and a name tell. */
function word(...known: string[]): JsonSchema {
  return { type: "string", anyOf: [{ enum: known }, { pattern: "ext:[A-Za-z0-9._|]" }] };
}

/** A language with its script and its region, cased as BCP 47 recommends; there is nothing more to one. */
const language: JsonSchema = { type: "string", pattern: "^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$" };

const contexts: JsonSchema = {
  type: "array",
  minItems: 2,
  items: [
    { const: "https://www.w3.org/ns/credentials/v2" },
    { type: "string", pattern: "^https://purl\\.imsglobal\\.org/spec/ob/v3p0/context(-3\\.\\d\\.\\d)*\\.json$" },
  ],
  additionalItems: { anyOf: [{ type: "string" }, { type: "object" }] },
};

const credentialMembers: Record<string, JsonSchema> = {
  "@context": contexts,
  id: uri,
  name: text,
  description: text,
  image: refer("image"),
  awardedDate: time,
  issuer: { anyOf: [uri, refer("profile")] },
  validFrom: time,
  validUntil: time,
  proof: listOf(refer("proof")),
  credentialSchema: listOf(object(["id", "type"], { id: uri, type: text })),
  credentialStatus: object(["id", "type"], { id: uri, type: text }),
  refreshService: object(["id", "type"], { id: uri, type: text }),
  termsOfUse: listOf(object(["type"], { id: uri, type: text })),
};

const endorsed: Record<string, JsonSchema> = {
  endorsement: listOf(refer("endorsementCredential")),
  endorsementJwt: listOf(compactJws),
};

const identifierTypes = word(
  ...["name", "sourcedId", "systemId", "productId", "userName", "accountId", "emailAddress", "nationalIdentityNumber"],
  ...["isbn", "issn", "lisSourcedId", "oneRosterSourcedId", "sisSourcedId", "ltiContextId", "ltiDeploymentId"],
  ...["ltiToolId", "ltiPlatformId", "ltiUserId", "identifier"],
);

/** The words that `targetType` of an alignment knows. */
export const targetTypes = [
  ...["ceasn:Competency", "ceterms:Credential", "CFItem", "CFRubric", "CFRubricCriterion", "CFRubricCriterionLevel"],
  "CTDL",
] as const;

/** The words that `achievementType` knows. */
export const achievementTypes = [
  ...["Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment", "AssociateDegree", "Award", "Badge"],
  ...["BachelorDegree", "Certificate", "CertificateOfCompletion", "Certification", "CommunityService", "Competency"],
  ...["Course", "CoCurricular", "Degree", "Diploma", "DoctoralDegree", "Fieldwork", "GeneralEducationDevelopment"],
  ...["JourneymanCertificate", "LearningProgram", "License", "Membership", "ProfessionalDoctorate"],
  ...["QualityAssuranceCredential", "MasterCertificate", "MasterDegree", "MicroCredential", "ResearchDoctorate"],
  "SecondarySchoolDiploma",
] as const;

const resultTypes = word(
  ...["GradePointAverage", "LetterGrade", "Percent", "PerformanceLevel", "PredictedScore", "RawScore", "Result"],
  ...["RubricCriterion", "RubricCriterionLevel", "RubricScore", "ScaledScore", "Status"],
);

/** The words that the `status` of a result knows; there are no others. */
export const resultStatuses = [
  ...["Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"],
] as const;

const definitions: Record<string, JsonSchema> = {
  achievementCredential: {
    ...object(["@context", "id", "type", "credentialSubject", "issuer", "validFrom"], {
      ...credentialMembers,
      ...endorsed,
      type: {
        ...typed("VerifiableCredential"),
        anyOf: [{ contains: { const: "OpenBadgeCredential" } }, { contains: { const: "AchievementCredential" } }],
      },
      credentialSubject: refer("achievementSubject"),
      evidence: listOf(refer("evidence")),
    }),
  },
  endorsementCredential: object(["@context", "id", "type", "name", "credentialSubject", "issuer", "validFrom"], {
    ...credentialMembers,
    type: { ...typed("VerifiableCredential"), allOf: [{ contains: { const: "EndorsementCredential" } }] },
    credentialSubject: object(["id", "type"], {
      id: uri,
      type: typed("EndorsementSubject"),
      endorsementComment: text,
    }),
  }),
  achievementSubject: object(["type", "achievement"], {
    id: uri,
    type: typed("AchievementSubject"),
    activityEndDate: time,
    activityStartDate: time,
    creditsEarned: number,
    achievement: refer("achievement"),
    identifier: listOf(refer("identityObject")),
    image: refer("image"),
    licenseNumber: text,
    narrative: text,
    result: listOf(refer("result")),
    role: text,
    source: refer("profile"),
    term: text,
  }),
  achievement: object(["id", "type", "criteria", "description", "name"], {
    id: uri,
    type: typed("Achievement"),
    alignment: listOf(refer("alignment")),
    achievementType: word(...achievementTypes),
    creator: refer("profile"),
    creditsAvailable: number,
    criteria: object([], { id: uri, narrative: text }),
    description: text,
    ...endorsed,
    fieldOfStudy: text,
    humanCode: text,
    image: refer("image"),
    inLanguage: language,
    name: text,
    otherIdentifier: listOf(refer("identifierEntry")),
    related: listOf(object(["id", "type"], { id: uri, type: typed("Related"), inLanguage: language, version: text })),
    resultDescription: listOf(refer("resultDescription")),
    specialization: text,
    tag: listOf(text),
    version: text,
  }),
  alignment: object(["type", "targetName", "targetUrl"], {
    type: typed("Alignment"),
    targetCode: text,
    targetDescription: text,
    targetName: text,
    targetFramework: text,
    targetType: word(...targetTypes),
    targetUrl: uri,
  }),
  profile: object(["id", "type"], {
    id: uri,
    type: typed("Profile"),
    name: text,
    url: uri,
    phone: text,
    description: text,
    ...endorsed,
    image: refer("image"),
    email: { type: "string", format: "email" },
    address: refer("address"),
    otherIdentifier: listOf(refer("identifierEntry")),
    official: text,
    parentOrg: refer("profile"),
    familyName: text,
    givenName: text,
    additionalName: text,
    patronymicName: text,
    honorificPrefix: text,
    honorificSuffix: text,
    familyNamePrefix: text,
    dateOfBirth: { type: "string", format: "date" },
  }),
  address: object(["type"], {
    type: typed("Address"),
    addressCountry: text,
    addressCountryCode: { type: "string", pattern: "^[A-Z]{2}$" },
    addressRegion: text,
    addressLocality: text,
    streetAddress: text,
    postOfficeBoxNumber: text,
    postalCode: text,
    geo: object(["type", "latitude", "longitude"], {
      type: { const: "GeoCoordinates" },
      latitude: number,
      longitude: number,
    }),
  }),
  image: closed(["id", "type"], { id: uri, type: { const: "Image" }, caption: text }),
  identifierEntry: closed(["type", "identifier", "identifierType"], {
    type: { const: "IdentifierEntry" },
    identifier: text,
    identifierType: identifierTypes,
  }),
  identityObject: closed(["type", "hashed", "identityHash", "identityType"], {
    type: { const: "IdentityObject" },
    hashed: { type: "boolean" },
    identityHash: text,
    identityType: identifierTypes,
    salt: text,
  }),
  evidence: object(["type"], {
    id: uri,
    type: typed("Evidence"),
    narrative: text,
    name: text,
    description: text,
    genre: text,
    audience: text,
  }),
  result: object(["type"], {
    type: typed("Result"),
    achievedLevel: uri,
    alignment: listOf(refer("alignment")),
    resultDescription: uri,
    status: { enum: resultStatuses },
    value: text,
  }),
  resultDescription: object(["id", "type", "name", "resultType"], {
    id: uri,
    type: typed("ResultDescription"),
    alignment: listOf(refer("alignment")),
    allowedValue: listOf(text),
    name: text,
    requiredLevel: uri,
    requiredValue: text,
    resultType: resultTypes,
    rubricCriterionLevel: listOf(refer("rubricCriterionLevel")),
    valueMax: text,
    valueMin: text,
  }),
  rubricCriterionLevel: object(["id", "type", "name"], {
    id: uri,
    type: typed("RubricCriterionLevel"),
    alignment: listOf(refer("alignment")),
    description: text,
    level: text,
    name: text,
    points: text,
  }),
  proof: object(["type"], {
    type: text,
    created: time,
    cryptosuite: text,
    challenge: text,
    domain: text,
    nonce: text,
    proofPurpose: text,
    proofValue: text,
    verificationMethod: uri,
  }),
};
