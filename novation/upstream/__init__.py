"""The contracts of others that the clearing house stands on, deployed from their own packages, and the networks behind
them: guardians, node operators and signers whose keys are ours, so that every update is signed as in production."""
