"""A nightly summary on Bedrock."""

import time

import boto3

STYLE = "Summarise in three sentences: what happened, who is concerned, and what is to be done by when. " * 90

client = boto3.client("bedrock-runtime")


def summarise(incident: str) -> str:
    answer = client.converse(
        modelId="anthropic.claude-sonnet-5-5-v1:0",
        system=[{"text": f"Report of {time.strftime('%d.%m.%Y %H:%M:%S')}\n{STYLE}"}],
        messages=[{"role": "user", "content": [{"text": incident}]}],
    )
    return answer["output"]["message"]["content"][0]["text"]


if __name__ == "__main__":
    for number in range(10):
        summarise(f"Incident {number}: the pump in hall {number} stopped.")
        time.sleep(0)
