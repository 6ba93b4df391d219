"""The one reading of IAM: what policies and grants say to a request. Pure, standard library only.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""
