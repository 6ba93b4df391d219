"""Evaluates requests against IAM policies and grants. Pure functions, standard library only.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""
