"""Brings what companies file into the user's own layer of the data. No notebook imports this room."""

from capcycle.facts.store import locked
from capcycle.sources.bulk import Archive, ingest, members
from capcycle.sources.changes import Addition, add, refresh
from capcycle.sources.edgar import Edgar
from capcycle.sources.holdings import Holder, check_tables, is_manager, managers, read_cusips
from capcycle.sources.holdings import read as read_holder
from capcycle.sources.instance import read_members
from capcycle.sources.own import add_file, revalue, template
from capcycle.sources.providers import names as providers
from capcycle.sources.providers import take as take_from
from capcycle.sources.report import told, told_of_many
from capcycle.sources.store import companies, newest
from capcycle.sources.tags import read as read_tags
