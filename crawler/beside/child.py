"""A process that reads pages beside a crawl, one after the other, until the crawl is no more."""

import pickle
import socket
from collections import deque
from collections.abc import Sequence
from typing import BinaryIO

from scrapy.http import Response
from scrapy.utils.misc import walk_modules_iter

from archive.model import Article, Outcome, Page
from archive.said import prepared
from crawler.beside.message import QUESTION, READY, Question, packed
from crawler.intake.apart import portable, within
from crawler.intake.fate import ready
from crawler.intake.workers import begin
from crawler.portals import Portal


def serve(asked: socket.socket, modules: Sequence[str]) -> None:
    """Answer questions about portals of these modules. A page that takes too long ends the process."""
    begin()
    for module in modules:
        deque(walk_modules_iter(module), 0)
    prepared(Page(Outcome.SELECTORS, Article("https://localhost/", "", "Tin", "Tin.")))  # loads its tables
    asked.sendall(READY)
    with asked, asked.makefile("rb") as incoming:
        while head := incoming.read(QUESTION.size):
            length, size = QUESTION.unpack(head)
            question: Question = pickle.loads(incoming.read(length))
            asked.sendall(_answer(question, _body(incoming, size)))


def read(portal: type[Portal], response: Response) -> Page:
    """The page that a response comes to, ready to be stored."""
    return ready(portal.read(response))


def _answer(question: Question, body: bytes) -> bytes:
    with within(question.seconds):
        try:
            return packed(read(question.portal, question.response(body)))
        except Exception as error:  # a mistake of ours, as bad here as there
            return packed(portable(error))


def _body(incoming: BinaryIO, size: int) -> bytes:
    body = incoming.read(size)
    if len(body) < size:  # who asked is no more
        raise SystemExit
    return body
