/** The schema that existing clients rely on; each subgraph of theirs is answered from the same one. */
export const typeDefs = /* GraphQL */ `
  scalar DateTime
  scalar JSONObject

  type Query {
    "By document id, else by address, else by name."
    renownUser(input: RenownUserInput!): ReadRenownUser
    "Profiles that fit one of the values."
    renownUsers(input: RenownUsersInput!): [ReadRenownUser!]!
    "Credentials that fit all the conditions, the newest first; revoked ones too unless asked otherwise."
    renownCredentials(input: RenownCredentialsInput!): [ReadRenownCredential!]!
    _service: _Service!
  }

  type Mutation {
    "An id for a document, remembered for an hour; the document begins with its first action."
    createEmptyDocument(documentType: String!, parentIdentifier: String): PHDocument!
    "Takes actions, signed or not: what is not signed needs another proof."
    execute(documentIdentifier: String!, actions: [ActionInput!]!, branch: String): PHDocument!
    mutateDocument(documentIdentifier: String!, actions: [JSONObject!]!, view: ViewFilterInput): PHDocument!
      @deprecated(reason: "Use execute.")
  }

  input RenownUserInput {
    driveId: String
    phid: String
    ethAddress: String
    username: String
  }

  input RenownUsersInput {
    driveId: String
    phids: [String!]
    ethAddresses: [String!]
    usernames: [String!]
  }

  input RenownCredentialsInput {
    driveId: String
    ethAddress: String
    "The key of an app, which the credential names as its subject."
    did: String
    "The DID of a wallet."
    issuer: String
    includeRevoked: Boolean
  }

  type ReadRenownUser {
    documentId: String!
    username: String
    ethAddress: String
    userImage: String
    createdAt: DateTime
    updatedAt: DateTime
  }

  type ReadRenownCredential {
    documentId: String!
    credentialId: String!
    context: [String!]!
    type: [String!]!
    issuerId: String!
    issuerEthereumAddress: String!
    issuanceDate: DateTime!
    expirationDate: DateTime
    credentialSubjectId: String
    credentialSubjectApp: String!
    credentialStatusId: String
    credentialStatusType: String
    credentialSchemaId: String!
    credentialSchemaType: String!
    proofVerificationMethod: String!
    proofEthereumAddress: String!
    proofCreated: DateTime!
    proofPurpose: String!
    proofType: String!
    proofValue: String!
    "JSON in a text."
    proofEip712Domain: String!
    proofEip712PrimaryType: String!
    revoked: Boolean!
    revokedAt: DateTime
    revocationReason: String
    createdAt: DateTime
    updatedAt: DateTime
  }

  type PHDocument {
    id: String!
    slug: String
    preferredEditor: String
    name: String!
    documentType: String!
    state: JSONObject!
    revisionsList: [Revision!]!
    createdAtUtcIso: DateTime!
    lastModifiedAtUtcIso: DateTime!
  }

  type Revision {
    scope: String!
    revision: Int!
  }

  input ViewFilterInput {
    branch: String
    scopes: [String!]
  }

  input ActionInput {
    id: String!
    type: String!
    "Despite its name an ISO date in UTC."
    timestampUtcMs: String!
    input: JSONObject!
    scope: String!
    context: ActionContextInput
  }

  input ActionContextInput {
    prevOpIndex: Int
    prevOpHash: String
    nonce: String
    signer: ReactorSignerInput
  }

  input ReactorSignerInput {
    user: ReactorSignerUserInput
    app: ReactorSignerAppInput
    "Each the five strings of a signature, joined by a comma and a space."
    signatures: [String!]!
  }

  input ReactorSignerUserInput {
    address: String!
    networkId: String!
    chainId: Int!
  }

  input ReactorSignerAppInput {
    name: String!
    key: String!
  }

  type _Service {
    sdl: String!
  }
`;
