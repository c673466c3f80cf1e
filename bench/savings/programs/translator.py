"""A translator that reads its glossary from constants, with the user's name in the first line."""

from openai import OpenAI

GLOSSARY = "Vorstand is board, Aufsichtsrat is supervisory board, and a Prokurist is an authorised signatory. " * 90

client = OpenAI()


def translate(user_name: str, text: str) -> str:
    prompt = f"You translate for {user_name}.\nKeep the numbers and the names as they are.\n{GLOSSARY}"
    completion = client.chat.completions.create(
        model="gpt-5.4-mini",
        messages=[{"role": "system", "content": prompt}, {"role": "user", "content": text}],
    )
    return completion.choices[0].message.content


if __name__ == "__main__":
    for number in range(10):
        translate(f"Clerk {number}", "Der Vorstand tagt morgen.")
