"""What a person does on the pages, in Chromium."""

ADA = ("ada@contoso.example", "Right-horse-1")


def name(page, upn=ADA[0]):
    page.get_by_label("Email or user name").fill(upn)
    page.get_by_role("button", name="Next").click()


def password(page, text=ADA[1]):
    page.get_by_label("Password").fill(text)
    page.get_by_role("button", name="Sign in", exact=True).click()


def stay(page, answer="No"):
    page.get_by_role("heading", name="Stay signed in?").wait_for()
    page.get_by_role("button", name=answer, exact=True).click()


def code(page, number="246810", press="Verify"):
    page.get_by_label("Code").fill(number)
    page.get_by_role("button", name=press).click()


def press(page, label):
    page.get_by_role("button", name=label).click()


def heading(page, text):
    page.get_by_role("heading", name=text).wait_for()
